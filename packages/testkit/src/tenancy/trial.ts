import { askAs } from './asking.js';
import { kubernetesProbes, type ProbedApi, unlistedProbes } from './kubernetes-probes.js';
import type { Tried } from './matrix.js';
import type { Asker, Probe } from './probe.js';
import { harvesterProbes, routeProbes, upgradeProbes } from './route-probes.js';
import type { Person, Tenancy } from './tenancy.js';

/** Everybody who asks: nobody in particular, and each person. */
export const askersOf = ({ people }: Tenancy): readonly Asker[] => [
  { name: 'anonymous', token: undefined },
  ...[...people].map(([name, { token }]) => ({ name, token })),
];

/** Requests that are tried as the same people. */
export interface Part {
  /** As the matrix heads it. */
  readonly title: string;
  readonly askers: readonly Asker[];
  readonly probes: readonly Probe[];
}

/** What is tried, in the order of the matrix. */
export async function partsOf(tenancy: Tenancy, bystander: Person): Promise<readonly Part[]> {
  const { management, administrator } = tenancy;
  const asAdministrator = { name: 'administrator', token: administrator };
  const everybody = askersOf(tenancy);
  const imported = importedApi(tenancy);
  const listed = await kubernetesProbes(management.transport, asAdministrator, imported);
  const isListed = ({ heading }: Probe): boolean => listed.some((probe) => probe.heading === heading);
  const local = await kubernetesProbes(management.transport, asAdministrator, localApi(tenancy, bystander));
  const isRancher = ({ heading }: Probe): boolean => /^(core|rbac|auth|[a-z]+\.cattle\.io)/.test(heading);
  return [
    { title: 'The server', askers: everybody, probes: await routeProbes(tenancy, bystander) },
    {
      title: 'The imported cluster, by its id: streams, Harvester’s actions, every verb of every resource',
      askers: everybody.filter(({ name }) => !NO_MEMBERS.includes(name)),
      probes: [
        ...upgradeProbes(tenancy),
        ...harvesterProbes(tenancy),
        ...unlistedProbes(imported, UNLISTED).filter((probe) => !isListed(probe)),
        ...listed,
      ],
    },
    {
      title: 'The server’s own cluster: what people, clusters, projects and roles are kept as',
      askers: everybody,
      probes: local.filter(isRancher),
    },
    {
      title: 'The server’s own cluster: the rest',
      askers: everybody.filter(({ name }) => SOME.includes(name)),
      probes: local.filter((probe) => !isRancher(probe)),
    },
  ];
}

/** Whom no role of a cluster is about: for the imported cluster they are all like `user`. */
const NO_MEMBERS: readonly string[] = [
  'clusters-create',
  'users-manage',
  'roles-manage',
  'settings-manage',
  'authn-manage',
  'view-rancher-metrics',
];

/** One of each sort, for what no role of ours is about. */
const SOME: readonly string[] = ['anonymous', 'user', 'project-owner', 'cluster-owner', 'users-manage', 'admin'];

/** Tries each request as everybody: those that change something one after the other, verbs of Kubernetes side by side. */
export async function tryAll({ management: { transport } }: Tenancy, { probes, askers }: Part): Promise<Tried[]> {
  const tried: Tried[] = [];
  const tryAs = async (probe: Probe, asker: Asker): Promise<Tried> => {
    const { status } = await askAs(transport, asker, await probe.request(asker));
    return { probe, asker: asker.name, status };
  };
  for (const probe of probes) {
    if (probe.verb === '' && probe.changes) for (const asker of askers) tried.push(await tryAs(probe, asker));
    else tried.push(...(await Promise.all(askers.map((asker) => tryAs(probe, asker)))));
  }
  return tried;
}

/** A namespace that no role is about: whoever gets through here gets through everywhere. */
const ELSEWHERE_VERBS = ['list', 'create', 'delete'];
/** Where every resource is tried elsewhere with all its verbs. */
const MAIN_VERBS = ['get', 'list', 'create', 'update', 'delete'];

function importedApi({ cluster }: Tenancy): ProbedApi {
  return {
    base: `/k8s/clusters/${cluster}`,
    places: [
      { name: 'the project', namespace: 'default' },
      { name: 'another namespace', namespace: 'kube-system', verbs: ELSEWHERE_VERBS },
    ],
    objectOf: (resource) =>
      resource.startsWith('virtualmachineinstances')
        ? 'waiting'
        : resource.startsWith('namespaces')
          ? 'default'
          : 'sample',
  };
}

function localApi({ cluster, project }: Tenancy, bystander: Person): ProbedApi {
  const objects: Readonly<Record<string, string>> = {
    clusters: cluster,
    projects: project.name,
    users: bystander.user,
    tokens: bystander.token.split(':')[0] ?? '',
    settings: 'ui-pl',
    globalroles: 'user',
    roletemplates: 'read-only',
    namespaces: project.backing,
    clusterregistrationtokens: 'default-token',
  };
  return {
    base: '',
    places: [
      { name: 'the namespace of the cluster', namespace: cluster },
      { name: 'the namespace of the project', namespace: project.backing, verbs: MAIN_VERBS },
      { name: 'cattle-system', namespace: 'cattle-system', verbs: ELSEWHERE_VERBS },
      { name: 'fleet-default', namespace: 'fleet-default', verbs: ELSEWHERE_VERBS },
    ],
    objectOf: (resource) => objects[resource.split('/')[0] ?? ''] ?? 'sample',
  };
}

/** Subresources that there are in Kubernetes and KubeVirt, with their verbs; the imported cluster may list some. */
const UNLISTED: readonly (readonly [string, string])[] = [
  ['/api/v1/pods/exec', 'get create'],
  ['/api/v1/pods/attach', 'get create'],
  ['/api/v1/pods/portforward', 'get create'],
  ['/api/v1/pods/proxy', 'get create update delete'],
  ['/api/v1/pods/log', 'get'],
  ['/api/v1/pods/ephemeralcontainers', 'get update patch'],
  ['/api/v1/services/proxy', 'get create update delete'],
  ...['migrate', 'addvolume', 'removevolume', 'memorydump', 'addinterface', 'removeinterface', 'evacuate/cancel'].map(
    (verb) => [`/apis/subresources.kubevirt.io/v1/virtualmachines/${verb}`, 'update'] as const,
  ),
  ...['freeze', 'unfreeze', 'addvolume', 'removevolume', 'backup', 'sev/setupsession'].map(
    (verb) => [`/apis/subresources.kubevirt.io/v1/virtualmachineinstances/${verb}`, 'update'] as const,
  ),
  ...['portforward', 'usbredir', 'vsock', 'sev/fetchcertchain'].map(
    (verb) => [`/apis/subresources.kubevirt.io/v1/virtualmachineinstances/${verb}`, 'get'] as const,
  ),
];
