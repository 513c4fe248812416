import type { Namespace } from '@drover/api';

/** The namespaces that every Harvester cluster has, beside Kubernetes' own. */
export function systemNamespaces(): Namespace[] {
  return ['harvester-system', 'harvester-public', 'cattle-system', 'longhorn-system'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
}
