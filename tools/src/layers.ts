/** The architecture as data: which package may import which, from the ground up. */
export const layers = {
  kit: [],
  api: ['kit'],
  store: ['kit'],
  apiserver: ['kit', 'api', 'store'],
  client: ['kit', 'api'],
  controller: ['kit', 'api', 'client'],
  tunnel: ['kit'],
  qemu: ['kit'],
  agent: ['kit', 'api', 'client', 'tunnel'],
  manager: ['kit', 'api', 'client', 'controller', 'tunnel'],
  harvester: ['kit', 'api', 'client', 'controller', 'qemu'],
  console: ['kit', 'api', 'client'],
  testkit: [
    'kit',
    'api',
    'store',
    'apiserver',
    'client',
    'controller',
    'tunnel',
    'qemu',
    'agent',
    'manager',
    'harvester',
    'cli',
  ],
  cli: ['kit', 'api', 'store', 'apiserver', 'client', 'controller', 'tunnel', 'qemu', 'agent', 'manager', 'harvester'],
} as const satisfies Record<string, readonly string[]>;

/** A package of the workspace. */
export type Package = keyof typeof layers;

/** Packages that run in a browser: no import of a Node module in what they ship. */
export const browserPackages: readonly Package[] = ['kit', 'console'];

/** Whether code of `from` may import `to`. */
export function mayImport(from: Package, to: string): boolean {
  return from === to || (layers[from] as readonly string[]).includes(to);
}
