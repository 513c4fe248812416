import {
  type ApiError,
  hasReason,
  type Kind,
  type KubeObject,
  limitRanges,
  type Namespace,
  namespaces,
  type ResourceQuota,
  resourceQuotas,
  type Stored,
} from '@drover/api';
import { amountsOf, limitInAnnotation, limitOf } from '@drover/api/quota';
import type { Client } from '@drover/client';
import { createOrUpdate, deleteIfPresent } from '@drover/controller';
import { NAMESPACE_STATUS, type NamespaceObservation, observedStatus } from './namespace-status.js';
import { wordsOf } from './project-conditions.js';
import { isRaised, NAMESPACE_QUOTA, type NamespaceQuota, othersSelector } from './quota-objects.js';

/** The cluster in which quotas are enforced, and who enforces them. */
export interface Enforcement {
  readonly client: Client;
  readonly installation: string;
}

/**
 * Makes a namespace have its share and the defaults of its containers.
 *
 * @throws ApiError when the cluster refuses; Invalid is what somebody wrote into the namespace, or the project.
 */
export async function enforce(
  { client, installation }: Enforcement,
  { quota, limits }: NamespaceQuota,
  present: ResourceQuota | undefined,
): Promise<void> {
  if (quota !== undefined) {
    await createOrUpdate(client, resourceQuotas, quota, (live) => {
      if (isRaised(live)) return;
      live.metadata.labels = { ...live.metadata.labels, ...quota.metadata.labels };
      live.spec = { ...live.spec, ...quota.spec };
    });
    // Where another server was in charge, its quota would go on counting beside ours.
    if (present === undefined) await removeOthers(client, resourceQuotas, quota, installation);
  }
  if (limits !== undefined) {
    await createOrUpdate(client, limitRanges, limits, (live) => {
      live.metadata.labels = { ...live.metadata.labels, ...limits.metadata.labels };
      live.spec = structuredClone(limits.spec ?? { limits: [] });
    });
    if (present === undefined) await removeOthers(client, limitRanges, limits, installation);
  }
}

/** Says in a namespace what became of its wish, and what it asks for when it said nothing: the project's default. */
export async function tellNamespace(
  { client }: Enforcement,
  namespace: Stored<Namespace>,
  quota: NamespaceQuota,
  { fault, now }: { readonly fault: string; readonly now: number },
): Promise<void> {
  const { name, resourceVersion, annotations = {} } = namespace.metadata;
  const write = async (wish: string | undefined, words: string): Promise<void> => {
    const status = observedStatus(annotations[NAMESPACE_STATUS], observationsOf(quota, fault, words), now);
    if (status === annotations[NAMESPACE_STATUS] && wish === undefined) return;
    const changes = { [NAMESPACE_STATUS]: status ?? null, ...(wish !== undefined && { [NAMESPACE_QUOTA]: wish }) };
    const patch = { metadata: { resourceVersion, annotations: changes } };
    await client.patch(namespaces, { name }, { type: 'merge', patch }).catch((error: unknown) => {
      if (!hasReason(error, 'NotFound')) throw error;
    });
  };
  const wish = completedWish(annotations[NAMESPACE_QUOTA], quota);
  try {
    await write(wish, wordsOf(quota));
  } catch (error) {
    // Harvester refuses a share that is less than what is in use: then the default is one.
    if (wish === undefined || !isRefusal(error)) throw error;
    await write(undefined, error.message);
  }
}

/** Whether the cluster does not want what is written, however it is sent. */
const isRefusal = (error: unknown): error is ApiError =>
  hasReason(error, 'Invalid') || hasReason(error, 'BadRequest') || hasReason(error, 'Forbidden');

function observationsOf(quota: NamespaceQuota, fault: string, words: string): readonly NamespaceObservation[] {
  if (quota.share === undefined && fault === '') return [];
  return [
    { type: 'ResourceQuotaInit', status: fault === '' ? 'True' : 'False', message: fault },
    { type: 'ResourceQuotaValidated', status: words === '' ? 'True' : 'False', message: words },
  ];
}

/** The annotation with the defaults of what it says nothing about; `undefined` when it is to stay as it is. */
function completedWish(text: string | undefined, { share, fault }: NamespaceQuota): string | undefined {
  if (share === undefined || fault !== '') return undefined;
  const asked = amountsOf(limitInAnnotation(text));
  if ([...share.wanted.keys()].every((name) => asked.has(name))) return undefined;
  return JSON.stringify({ limit: limitOf(share.wanted) });
}

async function removeOthers<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  { metadata: { namespace } }: T,
  installation: string,
): Promise<void> {
  const { items } = await client.list(kind, { namespace, labelSelector: othersSelector(installation) });
  for (const { metadata } of items) await deleteIfPresent(client, kind, { namespace, name: metadata.name });
}
