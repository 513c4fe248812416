import { hasReason, type Kind, type KubeObject, type Stored } from '@drover/api';
import type { ClusterApi } from '../api/cluster-api.js';
import type { Listed } from './collection.js';
import { EVERYTHING, record, storedObject } from './frame.js';

/**
 * Lists what the reader may see of a kind: everything, from the cluster itself; for whom that is refused, what the server puts
 * together of the namespaces and objects that are theirs.
 */
export async function listVisible<T extends KubeObject>(
  api: Pick<ClusterApi, 'list' | 'visible'>,
  kind: Kind<T>,
  namespace: string | undefined,
  signal: AbortSignal,
  seesAll = true,
): Promise<Listed<T>> {
  // Whoever is known not to see everything need not be refused first.
  if (!seesAll) return collectionOf(await api.visible(kind, namespace, signal));
  try {
    return { ...(await api.list(kind, namespace, signal)), scope: EVERYTHING };
  } catch (error) {
    if (!hasReason(error, 'Forbidden')) throw error;
    return collectionOf(await api.visible(kind, namespace, signal));
  }
}

/** Reads a collection as Steve writes it. */
function collectionOf<T extends KubeObject>(answer: unknown): Listed<T> {
  const collection = record(answer) ?? {};
  const { data, revision, scope } = collection;
  const objects = Array.isArray(data) ? data.flatMap((each) => storedObject(record(each) ?? {}) ?? []) : [];
  return {
    // The address named the kind, so the objects are of that kind's type.
    items: objects as unknown as Stored<T>[],
    metadata: { resourceVersion: typeof revision === 'string' ? revision : '' },
    scope: typeof scope === 'string' ? scope : undefined,
  };
}
