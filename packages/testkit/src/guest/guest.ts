import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The guest that our tests boot: a real Linux with the QEMU guest agent, ready some four seconds after power-on. */
export interface Guest {
  /** A qcow2 image for BIOS, UEFI and Secure Boot; read-only: boot an overlay of it. */
  readonly path: string;
  /** The beginning of the line it prints on its serial line and its screen; host name and address follow. */
  readonly readyLine: string;
  /** What its shell, that of root, asks with. */
  readonly prompt: string;
  /** The least memory it boots with, in bytes. */
  readonly memoryBytes: number;
}

const RECIPE = fileURLToPath(new URL('../../guest/', import.meta.url));

/** Programs of the recipe, and the Debian packages they are in. */
const NEEDED = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  'mkfs.vfat': 'dosfstools',
  mcopy: 'mtools',
  sfdisk: 'fdisk',
  syslinux: 'syslinux syslinux-common',
  cpio: 'cpio',
  'qemu-img': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
} as const;

/** Why the guest can be neither built nor booted here, in a few words; nothing when it can. */
export async function guestMissing(): Promise<string | undefined> {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const missing: string[] = [];
  for (const [program, packages] of Object.entries(NEEDED)) {
    const tried = await Promise.all(directories.map((directory) => executable(join(directory, program))));
    if (!tried.includes(true)) missing.push(packages);
  }
  return missing.length === 0 ? undefined : `needs the Debian packages ${missing.join(', ')}`;
}

/**
 * The guest, built from Debian packages in a few seconds, or as it was built before from the same recipe: it is kept in
 * the system's temporary directory. Several processes may build at once; one of them wins.
 */
export async function buildGuest(): Promise<Guest> {
  const directory = join(tmpdir(), `drover-guest-${await recipeHash()}`);
  const path = join(directory, 'guest.qcow2');
  if (!(await readable(path))) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const partial = join(directory, `${randomUUID()}.partial`);
    try {
      const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
      await promisify(execFile)('bash', [join(RECIPE, 'build.sh'), partial], { env, timeout: 120_000 });
      await rename(partial, path);
    } finally {
      await rm(partial, { force: true });
    }
  }
  return { path, readyLine: 'DROVER-GUEST-READY', prompt: 'drover-guest# ', memoryBytes: 128 * 1024 * 1024 };
}

async function recipeHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(RECIPE)).sort()) {
    hash.update(`${name}\0`).update(await readFile(join(RECIPE, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function readable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
