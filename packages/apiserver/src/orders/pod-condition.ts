import type { Pod, PodCondition } from '@drover/api/types/core-v1';

/** Sets a condition of a pod; the time of its last change stays while its status does. */
export function setPodCondition(pod: Pod, wanted: PodCondition, now: string): void {
  const conditions = pod.status?.conditions ?? [];
  const held = conditions.find(({ type }) => type === wanted.type);
  const since = held?.status === wanted.status ? (held.lastTransitionTime ?? now) : now;
  const condition = { ...wanted, lastTransitionTime: since };
  const next =
    held === undefined ? [...conditions, condition] : conditions.map((old) => (old === held ? condition : old));
  pod.status = { ...pod.status, conditions: next };
}

/** Whether a pod says that it is ready. */
export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
