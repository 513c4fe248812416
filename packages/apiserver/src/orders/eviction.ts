import { ApiError, hasReason, notFound } from '@drover/api';
import type { Pod } from '@drover/api/types/core-v1';
import type { Eviction } from '@drover/api/types/policy-v1';
import { Admission } from '../registry/admission.js';
import { type Core, timestamp } from '../registry/core.js';
import { type DeleteOptions, deleteObject } from '../registry/delete.js';
import { changeStored } from '../registry/stored-change.js';
import { objectDecoding } from '../request/decoding.js';
import { type DeleteRequest, deleteOptions } from '../request/delete-options.js';
import { budgetsOf, goesUncounted, stillProcessed, takeDisruption } from './disruption-budget.js';
import type { Order, OrderContext } from './order.js';
import { setPodCondition } from './pod-condition.js';
import { podsOf } from './pods.js';

/** Attempts to delete a pod that changes meanwhile. */
const ATTEMPTS = 8;

/** A pod is asked to go, within what its disruption budget allows (policy/v1 Eviction). */
export const eviction: Order = {
  ofGroup: '',
  ofVersion: 'v1',
  name: 'pods/eviction',
  singularName: '',
  namespaced: true,
  kind: 'Eviction',
  component: 'io.k8s.api.policy.v1.Eviction',
  group: 'policy',
  version: 'v1',
  documents: { group: 'policy', version: 'v1' },
  verbs: ['create'],
  perform: async (document, context) => {
    const { metadata, deleteOptions: options = {} } = document as Eviction;
    const asked = deleteOptions(options, new URLSearchParams());
    await evict(metadata.name ?? '', asked, { ...context, dryRun: context.dryRun || asked.dryRun });
  },
};

async function evict(name: string, asked: DeleteRequest, context: OrderContext): Promise<void> {
  if (await wentUnguarded(name, asked, context)) return;
  const pod = present(name, context);
  const [budget, ...others] = budgetsOf(pod, context);
  if (others.length > 0) throw new ApiError('Unknown', SEVERAL);
  // That it is not ready is to hold until it goes.
  const pinned = budget !== undefined && goesUncounted(pod, budget);
  if (budget !== undefined && !pinned) await takeDisruption(budget, name, context);
  try {
    await condemn(name, asked, context, pinned ? pod.metadata.resourceVersion : revisionOf(asked));
  } catch (error) {
    if (pinned && revisionOf(asked) === undefined && hasReason(error, 'Conflict'))
      throw stillProcessed(budget.metadata.name ?? '');
    throw error;
  }
}

const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';

const revisionOf = ({ options }: DeleteRequest): string | undefined => options.preconditions?.resourceVersion;

/** Deletes a pod that disturbs nobody by going: one that has not begun, has ended, or goes already. */
async function wentUnguarded(name: string, asked: DeleteRequest, context: OrderContext): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const { metadata, status } = present(name, context);
    const { phase } = status ?? {};
    const going = phase === 'Succeeded' || phase === 'Failed' || metadata.deletionTimestamp !== undefined;
    if (!going && phase !== 'Pending') return false;
    const said = revisionOf(asked);
    try {
      await remove(name, asked, context, going ? said : (said ?? metadata.resourceVersion));
      return true;
    } catch (error) {
      // It may have begun meanwhile, and be guarded now.
      if (said !== undefined || !hasReason(error, 'Conflict') || attempt === ATTEMPTS) throw error;
    }
  }
}

function present(name: string, { core, namespace }: OrderContext): Pod {
  const { definition } = podsOf(core);
  const pod = core.reader.get(definition, { namespace, name });
  if (pod === undefined) throw notFound(definition, name);
  return pod as Pod;
}

/** Deletes a pod that says why, as the first thing that whoever watches it is told. */
async function condemn(
  name: string,
  asked: DeleteRequest,
  context: OrderContext,
  revision: string | undefined,
): Promise<void> {
  const { core, namespace, dryRun } = context;
  const { definition } = podsOf(core);
  const now = timestamp(core.clock.now());
  let at = revision;
  if (!dryRun) {
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
    const changed = await changeStored(core, definition, { namespace, name }, false, (object) => {
      if (revision !== undefined && object.metadata.resourceVersion !== revision)
        throw new ApiError('Conflict', `the resourceVersion of pod ${name} is not ${revision} any more`);
      setPodCondition(object as Pod, { ...condition, message: 'Eviction API: evicting' }, now);
    });
    if (revision !== undefined) at = changed.metadata.resourceVersion;
  }
  await remove(name, asked, context, at);
}

/** Deletes as Kubernetes does in an eviction: admission has looked at the order, and is not asked about the deletion. */
async function remove(
  name: string,
  { document, options }: DeleteRequest,
  { core, identity, namespace, dryRun }: OrderContext,
  resourceVersion: string | undefined,
): Promise<void> {
  const unasked: Core = { ...core, admission: new Admission({ plugins: [] }) };
  const pinned: DeleteOptions = { ...options, preconditions: { ...options.preconditions, resourceVersion } };
  const how = { fieldManager: '', fieldValidation: 'Ignore', decoding: objectDecoding(), options: document } as const;
  const where = { served: podsOf(core), namespace, part: 'main', identity, dryRun } as const;
  await deleteObject(unasked, { ...where, ...how, warnings: [], annotate: () => {} }, { namespace, name }, pinned);
}
