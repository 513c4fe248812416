import type { Affinity, Preference } from '@drover/api/types/kubevirt';

const NETWORK = 'network.harvesterhci.io/';
const CPU_MANAGER = 'cpumanager';

/**
 * The affinity of a machine with exactly the requirements that follow from its networks and CPU pinning: those a former version
 * put there are taken out, those of now go into every term, and what the user wrote stays.
 *
 * @param clusterNetworks of the machine's networks; a host where one is up carries the label of its name.
 */
export function withRequirements(
  affinity: Affinity | undefined,
  clusterNetworks: readonly string[],
  pinned: boolean,
): Affinity | undefined {
  const needed = [
    ...[...new Set(clusterNetworks)].map((name) => ({ key: `${NETWORK}${name}`, operator: 'In', values: ['true'] })),
    ...(pinned ? [{ key: CPU_MANAGER, operator: 'In', values: ['true'] }] : []),
  ];
  const { requiredDuringSchedulingIgnoredDuringExecution: required, ...preferences } = affinity?.nodeAffinity ?? {};
  const written = (required?.nodeSelectorTerms ?? [])
    .map((term) => ({ ...term, matchExpressions: (term.matchExpressions ?? []).filter(({ key }) => !isOurs(key)) }))
    .filter(({ matchExpressions, matchFields }) => matchExpressions.length > 0 || (matchFields ?? []).length > 0);
  const bases: Preference[] = written.length === 0 && needed.length > 0 ? [{}] : written;
  const terms = bases.map((term) => ({ ...term, matchExpressions: [...(term.matchExpressions ?? []), ...needed] }));
  const { nodeAffinity: _, ...rest } = affinity ?? {};
  const node = {
    ...preferences,
    ...(terms.length > 0 ? { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } : {}),
  };
  const result = { ...rest, ...(Object.keys(node).length > 0 ? { nodeAffinity: node } : {}) };
  return affinity === undefined && Object.keys(result).length === 0 ? undefined : result;
}

const isOurs = (key: string): boolean => key === CPU_MANAGER || key.startsWith(NETWORK);
