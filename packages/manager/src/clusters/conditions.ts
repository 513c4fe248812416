import { type Observation, type RancherCondition, setRancherCondition } from '@drover/controller';

/** A condition as the schema of the clusters has it: any text as its status. */
interface StoredCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastUpdateTime?: string;
}

/** `stored` with what was observed; a status that is none of the three becomes Unknown. */
export function observe(
  stored: readonly StoredCondition[] | undefined,
  observed: Observation,
  now: number,
): RancherCondition[] {
  return setRancherCondition(readConditions(stored), observed, now);
}

/** `stored` with several observations, in their order. */
export function observeAll(
  stored: readonly StoredCondition[] | undefined,
  observations: readonly Observation[],
  now: number,
): RancherCondition[] {
  return observations.reduce((conditions, each) => setRancherCondition(conditions, each, now), readConditions(stored));
}

function readConditions(stored: readonly StoredCondition[] = []): RancherCondition[] {
  return stored.map((condition) => {
    const { status } = condition;
    return { ...condition, status: status === 'True' || status === 'False' ? status : 'Unknown' };
  });
}
