/** One aspect of an object's state (meta/v1 Condition). Times are RFC 3339 with seconds. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}

/** Rancher's form of a condition, with the time of its last change of any kind. */
export interface RancherCondition extends Condition {
  lastUpdateTime?: string;
}

/** What is known now: a condition without its times. */
export type Observation = Pick<Condition, 'type' | 'status' | 'reason' | 'message' | 'observedGeneration'>;

/** The condition of a type, if it was ever set. */
export function findCondition<C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of a type is set and True. */
export function isConditionTrue(
  conditions: readonly { type: string; status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/**
 * `conditions` with what was observed, in the place the condition had. `lastTransitionTime` moves only when the status does,
 * so an observation that repeats what is known gives equal conditions. `now` is in milliseconds since the epoch.
 */
export function setCondition(
  conditions: readonly Condition[] | undefined,
  observed: Observation,
  now: number,
): Condition[] {
  const previous = findCondition(conditions, observed.type);
  const lastTransitionTime =
    previous?.status === observed.status && previous.lastTransitionTime !== undefined
      ? previous.lastTransitionTime
      : rfc3339(now);
  return placed(conditions, { ...observed, lastTransitionTime });
}

/** As `setCondition`, in Rancher's form: `lastUpdateTime` moves when anything of the condition does. */
export function setRancherCondition(
  conditions: readonly RancherCondition[] | undefined,
  observed: Observation,
  now: number,
): RancherCondition[] {
  const previous = findCondition(conditions, observed.type);
  const same =
    previous !== undefined &&
    previous.status === observed.status &&
    (previous.reason ?? '') === (observed.reason ?? '') &&
    (previous.message ?? '') === (observed.message ?? '');
  if (same) return [...(conditions ?? [])];
  const time = rfc3339(now);
  const lastTransitionTime = previous?.status === observed.status ? (previous.lastTransitionTime ?? time) : time;
  return placed(conditions, { ...observed, lastUpdateTime: time, lastTransitionTime });
}

/** Milliseconds since the epoch as Kubernetes writes a time: RFC 3339 with seconds. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function placed<C extends { type: string }>(conditions: readonly C[] | undefined, condition: C): C[] {
  const all = conditions ?? [];
  return all.some(({ type }) => type === condition.type)
    ? all.map((other) => (other.type === condition.type ? condition : other))
    : [...all, condition];
}
