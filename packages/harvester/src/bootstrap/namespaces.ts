import type { Namespace } from '@drover/api';

/**
 * Namespaces that hold what this cluster is made of. Not `cattle-system`, which belongs to the management server's manifest:
 * whoever takes the manifest away takes it away as well.
 */
export const KEPT: readonly string[] = ['harvester-system', 'harvester-public', 'longhorn-system'];

/** The namespaces that every Harvester cluster has, beside Kubernetes' own. */
export function systemNamespaces(): Namespace[] {
  return [...KEPT, 'cattle-system'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
}
