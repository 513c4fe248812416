/** A condition as Harvester's and KubeVirt's objects carry it. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string | null;
}

/** What is known now. */
export interface Observed {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
}

/** RFC 3339 in whole seconds, as Kubernetes writes times. */
export const timestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/**
 * The conditions with `observed` in its place; its transition time moves only when the status does. `extra` adds what a kind's
 * conditions have beside, when something changed.
 */
export function withCondition<C extends ConditionLike>(
  conditions: readonly C[] | undefined,
  observed: Observed,
  now: number,
  extra: Partial<C> = {},
): (C | ConditionLike)[] {
  const all = conditions ?? [];
  const previous = all.find(({ type }) => type === observed.type);
  const same =
    previous?.status === observed.status &&
    (previous.reason ?? '') === (observed.reason ?? '') &&
    (previous.message ?? '') === (observed.message ?? '');
  if (same) return [...all];
  const moved = previous?.status !== observed.status;
  const condition = {
    ...extra,
    ...observed,
    lastTransitionTime: moved ? timestamp(now) : (previous.lastTransitionTime ?? timestamp(now)),
  };
  return previous === undefined ? [...all, condition] : all.map((one) => (one === previous ? condition : one));
}

/** The conditions without those of a type. */
export function withoutCondition<C extends { type: string }>(conditions: readonly C[] | undefined, type: string): C[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}

/** The condition of a type. */
export function conditionOf<C extends { type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** Whether a condition is True. */
export function holds(conditions: readonly { type: string; status: string }[] | undefined, type: string): boolean {
  return conditionOf(conditions, type)?.status === 'True';
}

/** A condition of Harvester's own kinds: every change also moves `lastUpdateTime`. */
export function withHarvesterCondition<
  C extends ConditionLike & { lastTransitionTime?: string; lastUpdateTime?: string },
>(conditions: readonly C[] | undefined, observed: Observed, now: number): Harvester[] {
  const list: readonly Harvester[] = conditions ?? [];
  return withCondition(list, observed, now, { lastUpdateTime: timestamp(now) }).map(
    ({ lastTransitionTime, ...rest }) => ({
      ...rest,
      ...(lastTransitionTime ? { lastTransitionTime } : {}),
    }),
  );
}

/** The form of those conditions. */
export interface Harvester extends ConditionLike {
  lastTransitionTime?: string;
  lastUpdateTime?: string;
}
