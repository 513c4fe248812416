import { constants } from 'node:fs';
import { access, open, readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Accelerator } from './description.js';
import { type UefiFirmware, uefiFirmware } from './firmware.js';
import { runTool } from './tool.js';

/** This host has not what is needed; the message is a sentence that says what to install. */
export class HostProblem extends Error {
  override readonly name = 'HostProblem';
}

/** A QEMU that can be run. */
export interface QemuBinary {
  readonly binary: string;
  readonly version: string;
  /** The machine types it knows, as `-machine help` lists them. */
  readonly machineTypes: readonly string[];
}

/** The programs that work on images. */
export interface ImageTools {
  readonly qemuImg: string;
  /** Bounds the memory and the time of a program that reads an untrusted file. */
  readonly prlimit?: string;
}

type Found<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: string };

/** What this host offers to machines. */
export interface Host {
  readonly qemu: Found<QemuBinary>;
  readonly tools: Found<ImageTools>;
  readonly accelerator: Accelerator;
  /** Why, in a sentence for people. */
  readonly acceleratorReason: string;
  readonly firmware: { readonly uefi?: UefiFirmware; readonly secureBoot?: UefiFirmware };
  /** The TPM emulator, where one is installed. */
  readonly swtpm?: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Where distributions that do not put QEMU on the search path put it. */
const EXTRA_DIRECTORIES = ['/usr/libexec'];
const QEMU_NAMES = ['qemu-system-x86_64', 'qemu-kvm'];

/** Older ones know neither JSON in `-device` and `-netdev` nor PNG screens. */
const OLDEST_QEMU = [7, 1] as const;

/** Looks at this host. `searchPath` is a list of directories as in PATH, which is the default. Never throws. */
export async function detectHost({ searchPath = process.env['PATH'] ?? '' } = {}): Promise<Host> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const directories = [...searchPath.split(delimiter).filter((one) => one !== ''), ...EXTRA_DIRECTORIES];
  const [qemu, qemuImg, prlimit, swtpm, flags, kvmProblem, firmware] = await Promise.all([
    findQemuBinary(directories, release),
    findProgram(['qemu-img'], directories),
    findProgram(['prlimit'], directories),
    findProgram(['swtpm'], directories),
    readFile('/proc/cpuinfo', 'utf8').catch(() => ''),
    openKvm(),
    uefiFirmware(),
  ]);
  return {
    qemu,
    tools: qemuImg
      ? { ok: true, qemuImg, ...(prlimit ? { prlimit } : {}) }
      : { ok: false, problem: missing('qemu-img', release) },
    ...chooseAccelerator(flags, kvmProblem),
    firmware,
    ...(swtpm === undefined ? {} : { swtpm }),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** @throws HostProblem */
export function usableQemu(host: Host): QemuBinary {
  if (!host.qemu.ok) throw new HostProblem(host.qemu.problem);
  return host.qemu;
}

/** @throws HostProblem */
export function usableTools(host: Host): ImageTools {
  if (!host.tools.ok) throw new HostProblem(host.tools.problem);
  return host.tools;
}

/**
 * KVM when the processor has it and we may use it. A device node alone says too little: software virtualization offers
 * one on which ordinary guests do not boot.
 *
 *   vmx or svm in cpuinfo | /dev/kvm opens | => accelerator
 *   ----------------------|----------------|---------------
 *   yes                   | yes            | kvm
 *   yes                   | no             | tcg
 *   no                    | any            | tcg
 */
export function chooseAccelerator(
  cpuinfo: string,
  kvmProblem: string | undefined,
): { readonly accelerator: Accelerator; readonly acceleratorReason: string } {
  const extension = /^flags\s*:.*\b(vmx|svm)\b/m.exec(cpuinfo)?.[1];
  if (extension === undefined) {
    const acceleratorReason = 'software emulation: the processor does not offer virtualization (no vmx or svm)';
    return { accelerator: 'tcg', acceleratorReason };
  }
  if (kvmProblem !== undefined) return { accelerator: 'tcg', acceleratorReason: `software emulation: ${kvmProblem}` };
  return { accelerator: 'kvm', acceleratorReason: `hardware virtualization (${extension})` };
}

/** A sentence that says how to get a program, in the words of the distribution. */
export function missing(program: 'QEMU' | 'qemu-img', osRelease: string): string {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) => value.split(' '));
  const known = PACKAGES.find(({ family }) => ids.includes(family));
  const how = known
    ? `install it with "${known.install}"`
    : 'install the packages that hold qemu-system-x86_64 and qemu-img (Debian: qemu-system-x86 and qemu-utils)';
  return `${program} is not installed: ${how}`;
}

const PACKAGES = [
  { family: 'debian', install: 'apt install qemu-system-x86 qemu-utils' },
  { family: 'fedora', install: 'dnf install qemu-system-x86-core qemu-img' },
  { family: 'rhel', install: 'dnf install qemu-kvm-core qemu-img' },
  { family: 'suse', install: 'zypper install qemu-x86 qemu-tools' },
  { family: 'alpine', install: 'apk add qemu-system-x86_64 qemu-img' },
  { family: 'arch', install: 'pacman -S qemu-base' },
] as const;

async function findQemuBinary(directories: readonly string[], release: string): Promise<Found<QemuBinary>> {
  if (process.platform !== 'linux') return { ok: false, problem: 'machines run on Linux only' };
  const binary = await findProgram(QEMU_NAMES, directories);
  if (binary === undefined) return { ok: false, problem: missing('QEMU', release) };
  try {
    const [said, machines] = await Promise.all([runTool(binary, ['--version']), runTool(binary, ['-machine', 'help'])]);
    const version = /version (\d+(?:\.\d+)+)/.exec(said)?.[1] ?? 'unknown';
    if (isOlder(version)) {
      return { ok: false, problem: `${binary} is QEMU ${version}, and ${OLDEST_QEMU.join('.')} is needed` };
    }
    return { ok: true, binary, version, machineTypes: machineTypes(machines) };
  } catch (error) {
    return { ok: false, problem: `${binary} does not run: ${error instanceof Error ? error.message : error}` };
  }
}

function machineTypes(help: string): readonly string[] {
  const rows = help.split('\n').slice(1);
  return rows.flatMap((row) => /^([A-Za-z0-9._+-]+)\s/.exec(row)?.[1] ?? []);
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_QEMU[0] || (major === OLDEST_QEMU[0] && minor < OLDEST_QEMU[1]);
}

async function findProgram(names: readonly string[], directories: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name);
      const there = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there) return path;
    }
  }
  return undefined;
}

async function openKvm(): Promise<string | undefined> {
  try {
    await using _device = await open('/dev/kvm', constants.O_RDWR);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return 'there is no /dev/kvm; load the module kvm_intel or kvm_amd';
    if (code === 'EACCES') return '/dev/kvm may not be opened by this user; add the user to the group kvm';
    return `/dev/kvm does not open (${String(code)})`;
  }
}
