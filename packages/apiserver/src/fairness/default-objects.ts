import type {
  FlowSchema,
  LimitedPriorityLevelConfiguration,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
  Subject,
} from '@drover/api/types/flowcontrol-v1';

export const FLOW_SCHEMAS = { group: 'flowcontrol.apiserver.k8s.io', plural: 'flowschemas' } as const;
export const PRIORITY_LEVELS = {
  group: 'flowcontrol.apiserver.k8s.io',
  plural: 'prioritylevelconfigurations',
} as const;

/** Says whether the server keeps an object's spec as it should be ("true"), or leaves it to an administrator. */
export const AUTOUPDATE = 'apf.kubernetes.io/autoupdate-spec';

const ALL: ResourcePolicyRule = {
  verbs: ['*'],
  apiGroups: ['*'],
  resources: ['*'],
  clusterScope: true,
  namespaces: ['*'],
};
const ALL_PATHS: NonResourcePolicyRule = { verbs: ['*'], nonResourceURLs: ['*'] };
const EVERYONE = groups('system:unauthenticated', 'system:authenticated');
const NODES = groups('system:nodes');

/** What must be there for every request to have a place; nobody may change it (the `exempt` level's shares apart). */
export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
];

export const mandatorySchemas: readonly FlowSchema[] = [
  schema('exempt', 'exempt', 1, undefined, everything(groups('system:masters'))),
  schema('catch-all', 'catch-all', 10_000, 'ByUser', everything(EVERYONE)),
];

/** What a cluster starts with: the mandatory levels and upstream's suggestions, which an administrator may change. */
export const defaultLevels: readonly PriorityLevelConfiguration[] = [
  ...mandatoryLevels,
  level('system', queued(30, 33, 64, 6)),
  level('node-high', queued(40, 25, 64, 6)),
  level('leader-election', queued(10, 0, 16, 4)),
  level('workload-high', queued(40, 50, 128, 6)),
  level('workload-low', queued(100, 90, 128, 6)),
  level('global-default', queued(20, 50, 128, 6)),
];

const LEASES: ResourcePolicyRule = resources(['get', 'create', 'update'], ['coordination.k8s.io'], ['leases']);

/** What a cluster starts with: the mandatory schemas and upstream's suggestions. */
export const defaultSchemas: readonly FlowSchema[] = [
  ...mandatorySchemas,
  schema('system-nodes', 'system', 500, 'ByUser', everything(NODES)),
  schema('system-node-high', 'node-high', 400, 'ByUser', {
    subjects: NODES,
    resourceRules: [
      { ...resources(['*'], [''], ['nodes', 'nodes/status']), clusterScope: true },
      resources(['*'], ['coordination.k8s.io'], ['leases']),
    ],
  }),
  schema('probes', 'exempt', 2, undefined, {
    subjects: EVERYONE,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', 'leader-election', 100, 'ByUser', {
    subjects: [...users('system:kube-controller-manager', 'system:kube-scheduler'), ...systemAccounts('*')],
    resourceRules: [LEASES],
  }),
  schema('workload-leader-election', 'leader-election', 200, 'ByUser', {
    subjects: systemAccounts('*'),
    resourceRules: [resources(['get', 'create', 'update'], [''], ['endpoints', 'configmaps']), LEASES],
  }),
  schema('endpoint-controller', 'workload-high', 150, 'ByUser', {
    subjects: [
      ...users('system:kube-controller-manager'),
      ...systemAccounts('endpoint-controller', 'endpointslicemirroring-controller'),
    ],
    resourceRules: [resources(['get', 'create', 'update'], [''], ['endpoints'])],
  }),
  schema(
    'kube-controller-manager',
    'workload-high',
    800,
    'ByNamespace',
    everything(users('system:kube-controller-manager')),
  ),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', everything(users('system:kube-scheduler'))),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', everything(systemAccounts('*'))),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', everything(groups('system:serviceaccounts'))),
  schema('global-default', 'global-default', 9900, 'ByUser', everything(EVERYONE)),
];

function level(name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name, annotations: { [AUTOUPDATE]: 'true' } },
    spec,
  };
}

/** Shares of the server's seats, percent of them that may be lent, queues, and queues of one flow. */
function queued(
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfigurationSpec {
  const limited: LimitedPriorityLevelConfiguration = {
    nominalConcurrencyShares,
    lendablePercent,
    limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
  };
  return { type: 'Limited', limited };
}

function schema(
  name: string,
  levelName: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  rule: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name, annotations: { [AUTOUPDATE]: 'true' } },
    spec: {
      priorityLevelConfiguration: { name: levelName },
      matchingPrecedence,
      ...(distinguisher === undefined ? {} : { distinguisherMethod: { type: distinguisher } }),
      rules: [rule],
    },
  };
}

function everything(subjects: Subject[]): PolicyRulesWithSubjects {
  return { subjects, resourceRules: [ALL], nonResourceRules: [ALL_PATHS] };
}

function resources(verbs: string[], apiGroups: string[], names: string[]): ResourcePolicyRule {
  return { verbs, apiGroups, resources: names, namespaces: ['*'] };
}

function groups(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function systemAccounts(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } }));
}
