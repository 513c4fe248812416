import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@drover/testkit';

/** The release that is the peer; `conformance/kubernetes/go.mod` pins the modules it is built from. */
export const KUBERNETES_VERSION = 'v1.32.13';

/** Programs of a control plane without a scheduler, by the Go package that each is built from. */
const PACKAGES = {
  etcd: 'go.etcd.io/etcd/server/v3',
  'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
  'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
} as const;

/** One of the programs. */
export type Program = keyof typeof PACKAGES;

const ROOT = resolve(import.meta.dirname, '../../..');
const MODULE = join(ROOT, 'conformance/kubernetes');
/** Kept between runs, and where no `npm ci` takes it: a build takes many minutes. */
const CACHE = join(MODULE, 'build', KUBERNETES_VERSION);
const run = promisify(execFile);

/** Where each program is. */
export type Binaries = Readonly<Record<Program, string>>;

/** The programs in `DROVER_TEST_KUBERNETES_BINARIES` or from an earlier build; `undefined` unless all are there. */
export function builtBinaries(): Binaries | undefined {
  const binaries = binariesIn(process.env['DROVER_TEST_KUBERNETES_BINARIES'] ?? CACHE);
  return Object.values(binaries).every((path) => existsSync(path)) ? binaries : undefined;
}

/** Whether this machine could build what is not built yet. */
export const buildable = (): boolean => findProgram('go') !== undefined;

/**
 * The programs, built from their Go modules unless they have been. One program after the other, at low priority and two
 * packages at a time, so that a machine stays usable: about a quarter of an hour on two cores. `tell` hears of each.
 *
 * @throws Error with the compiler's words when a build fails.
 */
export async function binaries(tell: (text: string) => void): Promise<Binaries> {
  const built = builtBinaries();
  if (built !== undefined) return built;
  await mkdir(CACHE, { recursive: true });
  const wanted = binariesIn(CACHE);
  for (const [program, path] of Object.entries(wanted)) {
    if (existsSync(path)) continue;
    tell(`building ${program} ${KUBERNETES_VERSION} from its Go modules`);
    await build(PACKAGES[program as Program], path);
  }
  return wanted;
}

async function build(goPackage: string, path: string): Promise<void> {
  const [, major = '', minor = ''] = /^v(\d+)\.(\d+)/.exec(KUBERNETES_VERSION) ?? [];
  const version = Object.entries({ gitVersion: KUBERNETES_VERSION, gitMajor: major, gitMinor: minor })
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
  const unfinished = `${path}.building`;
  const args = ['build', '-mod=readonly', '-p', '2', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', unfinished];
  await run('nice', ['-n', '15', 'go', ...args, goPackage], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
    maxBuffer: 16 << 20,
  });
  await rename(unfinished, path);
}

const binariesIn = (folder: string): Binaries => ({
  etcd: join(folder, 'etcd'),
  'kube-apiserver': join(folder, 'kube-apiserver'),
  'kube-controller-manager': join(folder, 'kube-controller-manager'),
});
