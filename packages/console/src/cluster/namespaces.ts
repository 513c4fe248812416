const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease', 'longhorn-system', 'local', 'fleet-local']);

/** Namespaces of the cluster's own machinery, which Harvester's forms do not offer. */
export const isSystemNamespace = (name: string): boolean =>
  SYSTEM.has(name) || name.startsWith('cattle-') || name === 'harvester-system' || name.startsWith('fleet-');
