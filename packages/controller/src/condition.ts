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

/** What the conditions of a kind have in common, however its schema types them. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
}

/**
 * `conditions` with what was observed, in the place the condition had. `lastTransitionTime` moves only when the status does,
 * so an observation that repeats what is known gives equal conditions. `now` is in milliseconds since the epoch.
 */
export function setCondition<C extends ConditionLike = Condition>(
  conditions: readonly C[] | undefined,
  observed: Observation,
  now: number,
): C[] {
  const previous = findCondition(conditions, observed.type);
  const unchanged = previous?.status === observed.status ? previous.lastTransitionTime : undefined;
  return placed(conditions, { ...observed, lastTransitionTime: unchanged ?? rfc3339(now) });
}

/** As `setCondition`, in Rancher's form: `lastUpdateTime` moves when anything of the condition does. */
export function setRancherCondition<C extends ConditionLike & { lastUpdateTime?: string } = RancherCondition>(
  conditions: readonly C[] | undefined,
  observed: Observation,
  now: number,
): C[] {
  const previous = findCondition(conditions, observed.type);
  const same =
    previous !== undefined &&
    previous.status === observed.status &&
    (previous.reason ?? '') === (observed.reason ?? '') &&
    (previous.message ?? '') === (observed.message ?? '');
  if (same) return [...(conditions ?? [])];
  const time = rfc3339(now);
  const unchanged = previous?.status === observed.status ? previous.lastTransitionTime : undefined;
  return placed(conditions, { ...observed, lastUpdateTime: time, lastTransitionTime: unchanged ?? time });
}

/** Milliseconds since the epoch as Kubernetes writes a time: RFC 3339 with seconds. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function placed<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  condition: ConditionLike & { lastUpdateTime?: string },
): C[] {
  const all = conditions ?? [];
  // A kind's own type of conditions is at most these fields: every schema of conditions has them, and requires no others.
  const own = condition as C;
  return all.some(({ type }) => type === own.type)
    ? all.map((other) => (other.type === own.type ? own : other))
    : [...all, own];
}
