import { ApiError, forbidden, type KubeObject, labelRequirements, matchesLabels } from '@drover/api';
import type { Pod } from '@drover/api/types/core-v1';
import type { PodDisruptionBudget } from '@drover/api/types/policy-v1';
import { timestamp } from '../registry/core.js';
import { changeStored } from '../registry/stored-change.js';
import type { OrderContext } from './order.js';
import { isReady } from './pod-condition.js';

const GROUP = 'policy';
const BUDGETS = { group: GROUP, plural: 'poddisruptionbudgets' };

/** Pods on their way out that a budget may name: more tell that nobody confirms evictions (as kube-apiserver's). */
const MAX_DISRUPTED = 2000;

/** The budgets that guard a pod. One without labels is guarded by none. */
export function budgetsOf({ metadata }: Pod, { core, namespace }: OrderContext): PodDisruptionBudget[] {
  const { labels = {} } = metadata;
  if (Object.keys(labels).length === 0) return [];
  return (core.reader.list(BUDGETS, namespace) as readonly PodDisruptionBudget[]).filter(
    ({ spec }) => spec?.selector !== undefined && matchesLabels(labelRequirements(spec.selector), labels),
  );
}

/** Whether a pod that serves nobody may go without being counted: as its budget says of such pods. */
export function goesUncounted(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false;
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/**
 * Takes one disruption from a budget, and notes on it which pod goes.
 *
 * @throws ApiError TooManyRequests when there is none to be had, Forbidden for a budget whose status makes no sense.
 */
export async function takeDisruption(
  budget: PodDisruptionBudget,
  podName: string,
  { core, namespace, dryRun }: OrderContext,
): Promise<void> {
  const { name = '' } = budget.metadata;
  const served = core.catalog.served(GROUP, 'v1', BUDGETS.plural);
  if (served === undefined) throw new Error('budgets are not served');
  const now = timestamp(core.clock.now());
  await changeStored(core, served.definition, { namespace, name }, dryRun, (object) => take(object, podName, now));
}

function take(object: KubeObject, podName: string, now: string): void {
  const { metadata, status } = object as PodDisruptionBudget;
  const { name = '', generation = 0 } = metadata;
  if (status === undefined || (status.observedGeneration ?? 0) < generation) throw stillProcessed(name);
  const { disruptionsAllowed = 0, disruptedPods = {}, conditions = [] } = status;
  const senseless = (why: string): ApiError => forbidden({ group: GROUP, plural: 'poddisruptionbudget' }, name, why);
  if (disruptionsAllowed < 0) throw senseless('pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED)
    throw senseless('DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  const allowed = conditions.find(({ type }) => type === ALLOWED);
  if (disruptionsAllowed === 0) throw spent(object as PodDisruptionBudget, allowed);
  status.disruptionsAllowed = disruptionsAllowed - 1;
  if (status.disruptionsAllowed === 0) {
    const lastTransitionTime = allowed?.status === 'False' ? allowed.lastTransitionTime : now;
    const { observedGeneration = 0 } = status;
    const insufficient = { reason: 'InsufficientPods', message: allowed?.message ?? '' };
    const condition = { type: ALLOWED, status: 'False', observedGeneration, lastTransitionTime, ...insufficient };
    status.conditions = [...conditions.filter(({ type }) => type !== ALLOWED), condition];
  }
  status.disruptedPods = { ...disruptedPods, [podName]: now };
}

/** The condition that tells whether a budget allows anything now (policy/v1 DisruptionAllowedCondition). */
const ALLOWED = 'DisruptionAllowed';

/** 429: whoever keeps the budget's status has not seen its present state; the same order may succeed later. */
export const stillProcessed = (name: string): ApiError =>
  refusal(`The disruption budget ${name} is still being processed by the server.`);

function spent(
  { metadata, status }: PodDisruptionBudget,
  allowed: { readonly status: string; readonly reason: string; readonly message: string } | undefined,
): ApiError {
  const { name = '' } = metadata;
  if (allowed?.status === 'False' && allowed.reason === 'SyncFailed')
    return refusal(
      `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${allowed.message}`,
    );
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  return refusal(
    `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
  );
}

function refusal(message: string): ApiError {
  return new ApiError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message }],
  });
}
