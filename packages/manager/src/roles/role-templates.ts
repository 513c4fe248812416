import type { PolicyRule, RoleTemplate } from '@drover/api';
import { ADMIN_AT_LEAST, EDIT_AT_LEAST } from './kubernetes-edit.js';
import { VIEW_WITHOUT_SECRETS } from './kubernetes-view.js';
import { ALL, CHANGE, CRUD, EVERYTHING, management, named, READ, rule } from './rule.js';
import {
  CONSOLE,
  HARVESTER_ALL,
  HARVESTER_VIEW,
  HARVESTER_VIEW_ALL,
  MIGRATION,
  POWER,
  PROJECT_EXTRAS,
  PROJECT_EXTRAS_READ,
} from './virtualization.js';

interface RoleTemplateFacts {
  readonly displayName: string;
  readonly description: string;
  readonly context: 'cluster' | 'project';
  readonly rules?: readonly PolicyRule[];
  readonly inherits?: readonly string[];
  /** A role that every Kubernetes cluster has already. */
  readonly external?: true;
  readonly externalRules?: readonly PolicyRule[];
  readonly hidden?: true;
  readonly administrative?: true;
  readonly clusterCreatorDefault?: true;
  readonly projectCreatorDefault?: true;
}

const NAVLINKS = rule('ui.cattle.io', 'navlinks', READ);
const LOCAL_CLUSTER = named('management.cattle.io', 'clusters', 'local', 'get');
const CHARTS = rule('catalog.cattle.io', 'clusterrepos', READ);
const CLUSTER_EVENTS = management('clusterevents', READ);
const API_SERVICES = rule('apiregistration.k8s.io', 'apiservices', READ);
const VOLUMES = rule('', 'persistentvolumes', READ);
const STORAGE_CLASSES = rule('storage.k8s.io', 'storageclasses', READ);
const NODE_METRICS = rule('metrics.k8s.io', 'nodemetrics nodes', READ);
const CLUSTER_MACHINES = (machines: string, configs: string): readonly PolicyRule[] => [
  rule('cluster.x-k8s.io', 'machines machinedeployments', machines),
  rule('rke-machine-config.cattle.io', '*', configs),
  rule('rke-machine.cattle.io', '*', configs),
];
const ISTIO = (verbs: string): readonly PolicyRule[] =>
  ['networking', 'config', 'authentication', 'rbac', 'security'].map((group) => rule(`${group}.istio.io`, '*', verbs));
const MONITORS = (verbs: string): PolicyRule =>
  rule('monitoring.coreos.com', 'prometheuses prometheusrules servicemonitors', verbs);
const APPS = rule('catalog.cattle.io', 'clusterrepos operations releases apps', READ);
const TRAFFIC: readonly PolicyRule[] = [
  rule('security.istio.io', 'requestauthentications', CRUD),
  rule('telemetry.istio.io', 'telemetries', CRUD),
  rule('gateway.networking.k8s.io', 'httproutes grpcroutes tcproutes tlsroutes udproutes', CRUD),
  rule(
    'traefik.io',
    'ingressroutes ingressroutetcps ingressrouteudps middlewares middlewaretcps tlsoptions tlsstores serverstransports serverstransporttcps',
    CRUD,
  ),
];
/** What everybody in a project may see of the cluster around it. */
const AROUND: readonly PolicyRule[] = [
  NAVLINKS,
  VOLUMES,
  STORAGE_CLASSES,
  API_SERVICES,
  CLUSTER_EVENTS,
  APPS,
  LOCAL_CLUSTER,
];

const WORKLOADS =
  'pods pods/attach pods/exec pods/portforward pods/proxy replicationcontrollers replicationcontrollers/scale';
const APPS_WORKLOADS =
  'daemonsets deployments deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale';
const WORKLOAD_FACTS = rule(
  '',
  'limitranges pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status bindings',
  READ,
);

const MONITORING = ['prometheus:9090', 'alertmanager:9093', 'grafana:80'];
const MONITORING_UI: readonly PolicyRule[] = [
  named(
    '',
    'services/proxy',
    MONITORING.flatMap((service) => ['http', 'https'].map((scheme) => `${scheme}:rancher-monitoring-${service}`)).join(
      ' ',
    ),
    'get create',
  ),
  named('', 'endpoints', MONITORING.map((service) => `rancher-monitoring-${service.split(':')[0]}`).join(' '), 'list'),
];

/** Kubernetes' own roles under a name that bindings can use. Facts of this and the next two: reference `rancher.md`, 5.3. */
const KUBERNETES_ROLES: Readonly<Record<string, RoleTemplateFacts>> = {
  'cluster-admin': {
    displayName: 'Kubernetes cluster-admin',
    description: 'Everything in the cluster.',
    context: 'cluster',
    external: true,
    hidden: true,
    administrative: true,
  },
  admin: {
    displayName: 'Kubernetes admin',
    description: 'Kubernetes’ role admin in the namespaces of a project.',
    context: 'project',
    external: true,
    externalRules: ADMIN_AT_LEAST,
    hidden: true,
  },
  edit: {
    displayName: 'Kubernetes edit',
    description: 'Kubernetes’ role edit in the namespaces of a project.',
    context: 'project',
    external: true,
    externalRules: EDIT_AT_LEAST,
    hidden: true,
  },
  view: {
    displayName: 'Kubernetes view',
    description: 'Kubernetes’ role view in the namespaces of a project, without Secrets.',
    context: 'project',
    hidden: true,
    rules: VIEW_WITHOUT_SECRETS,
  },
};

const CLUSTER_ROLES: Readonly<Record<string, RoleTemplateFacts>> = {
  'cluster-owner': {
    displayName: 'Cluster Owner',
    description: 'Everything in the cluster, its members included.',
    context: 'cluster',
    administrative: true,
    clusterCreatorDefault: true,
    rules: [
      ...EVERYTHING,
      management('clusters', 'own'),
      rule('provisioning.cattle.io', 'clusters', ALL),
      rule('rke.cattle.io', 'etcdsnapshots', READ),
      rule('cluster.x-k8s.io', 'machines', ALL),
      rule('rke-machine-config.cattle.io', '*', ALL),
      rule('rke-machine.cattle.io', '*', ALL),
      management('projects', 'updatepsa'),
      management('clusterproxyconfigs', ALL),
      rule('operation.cattle.io', '*', ALL),
    ],
  },
  'cluster-member': {
    displayName: 'Cluster Member',
    description: 'Sees hosts and storage classes, and may make projects, which it then owns.',
    context: 'cluster',
    rules: [
      NAVLINKS,
      management('clusterroletemplatebindings', READ),
      management('projects', 'create'),
      management('nodes nodepools', READ),
      rule('', 'nodes', READ),
      VOLUMES,
      STORAGE_CLASSES,
      API_SERVICES,
      CLUSTER_EVENTS,
      CHARTS,
      LOCAL_CLUSTER,
      ...CLUSTER_MACHINES('get watch', 'get watch'),
      NODE_METRICS,
    ],
  },
  'projects-create': {
    displayName: 'Create Projects',
    description: 'May make projects, and owns those.',
    context: 'cluster',
    rules: [management('projects', 'create')],
  },
  'projects-view': {
    displayName: 'View All Projects',
    description: 'Looks into every project of the cluster.',
    context: 'cluster',
    inherits: ['view'],
    rules: [
      management('projects projectroletemplatebindings', READ),
      rule('', 'namespaces persistentvolumes persistentvolumeclaims', READ),
      STORAGE_CLASSES,
      CLUSTER_EVENTS,
    ],
  },
  'nodes-manage': {
    displayName: 'Manage Nodes',
    description: 'Changes the hosts of the cluster.',
    context: 'cluster',
    rules: [
      management('nodes nodepools', ALL),
      rule('', 'nodes', ALL),
      management('clustermonitorgraphs', READ),
      ...CLUSTER_MACHINES(ALL, ALL),
      NODE_METRICS,
    ],
  },
  'nodes-view': {
    displayName: 'View Nodes',
    description: 'Looks at the hosts of the cluster.',
    context: 'cluster',
    rules: [
      management('nodes nodepools', READ),
      rule('', 'nodes', READ),
      management('clustermonitorgraphs', READ),
      ...CLUSTER_MACHINES('get watch', 'get watch'),
      NODE_METRICS,
    ],
  },
  'storage-manage': {
    displayName: 'Manage Storage',
    description: 'Changes volumes and storage classes of the cluster.',
    context: 'cluster',
    rules: [rule('', 'persistentvolumes persistentvolumeclaims', ALL), rule('storage.k8s.io', 'storageclasses', ALL)],
  },
  'clusterroletemplatebindings-manage': {
    displayName: 'Manage Cluster Members',
    description: 'Gives and takes roles in the cluster, up to what it holds.',
    context: 'cluster',
    rules: [management('clusterroletemplatebindings', ALL)],
  },
  'clusterroletemplatebindings-view': {
    displayName: 'View Cluster Members',
    description: 'Sees who has which role in the cluster.',
    context: 'cluster',
    rules: [management('clusterroletemplatebindings', READ)],
  },
  'clustercatalogs-manage': {
    displayName: 'Manage Cluster Catalogs',
    description: 'Changes the chart repositories of the cluster.',
    context: 'cluster',
    administrative: true,
    rules: [rule('catalog.cattle.io', 'clusterrepos', ALL)],
  },
  'clustercatalogs-view': {
    displayName: 'View Cluster Catalogs',
    description: 'Sees the chart repositories of the cluster.',
    context: 'cluster',
    rules: [CHARTS],
  },
  'backups-manage': {
    displayName: 'Manage Cluster Backups',
    description: 'Makes and restores backups of the cluster.',
    context: 'cluster',
    rules: [management('etcdbackups', ALL)],
  },
  'navlinks-manage': {
    displayName: 'Manage Navigation Links',
    description: 'Changes the links shown beside the cluster.',
    context: 'cluster',
    rules: [rule('ui.cattle.io', 'navlinks', ALL)],
  },
};

const PROJECT_ROLES: Readonly<Record<string, RoleTemplateFacts>> = {
  'project-owner': {
    displayName: 'Project Owner',
    description: 'Everything in the project, its members included.',
    context: 'project',
    projectCreatorDefault: true,
    inherits: ['admin'],
    rules: [
      ...AROUND,
      rule('', 'nodes', READ),
      management('projectroletemplatebindings', ALL),
      rule('', 'namespaces', 'create'),
      rule('', 'persistentvolumeclaims', ALL),
      rule('metrics.k8s.io', 'pods', ALL),
      MONITORS(ALL),
      ...ISTIO(ALL),
      ...TRAFFIC,
      management('projects', 'own'),
      // An owner has whatever the roles for its project's other members give, or could not invite them.
      rule('harvesterhci.io', '*', ALL),
      rule('loadbalancer.harvesterhci.io', '*', ALL),
      ...MIGRATION,
    ],
  },
  'project-member': {
    displayName: 'Project Member',
    description: 'Machines, volumes, images and workloads of the project, without its members.',
    context: 'project',
    inherits: ['edit'],
    rules: [
      ...AROUND,
      management('projectroletemplatebindings', READ),
      rule('', 'namespaces', 'create'),
      rule('', 'persistentvolumeclaims', ALL),
      rule('metrics.k8s.io', 'pods', ALL),
      MONITORS(ALL),
      ...ISTIO(ALL),
      ...TRAFFIC,
      ...PROJECT_EXTRAS,
    ],
  },
  'read-only': {
    displayName: 'Read-only',
    description: 'Looks at the project and changes nothing: no power, no console, no Secrets.',
    context: 'project',
    inherits: ['view'],
    rules: [
      ...AROUND,
      management('projectroletemplatebindings', READ),
      rule('', 'persistentvolumeclaims', READ),
      rule('metrics.k8s.io', 'pods', READ),
      MONITORS(READ),
      ...ISTIO(READ),
      ...PROJECT_EXTRAS_READ,
    ],
  },
  'create-ns': {
    displayName: 'Create Namespaces',
    description: 'May make namespaces in the project.',
    context: 'project',
    rules: [rule('', 'namespaces', 'create')],
  },
  'workloads-manage': {
    displayName: 'Manage Workloads',
    description: 'Changes pods and what makes them.',
    context: 'project',
    rules: [
      rule('', WORKLOADS, CHANGE),
      rule('apps', APPS_WORKLOADS, CHANGE),
      rule('apps', 'deployments/rollback', 'create delete deletecollection patch update'),
      rule('autoscaling', 'horizontalpodautoscalers', CHANGE),
      rule('batch', 'cronjobs jobs', CHANGE),
      WORKLOAD_FACTS,
    ],
  },
  'workloads-view': {
    displayName: 'View Workloads',
    description: 'Looks at pods and what makes them.',
    context: 'project',
    rules: [
      // To open a shell is no way of looking.
      rule('', 'pods replicationcontrollers replicationcontrollers/scale', READ),
      rule('apps', APPS_WORKLOADS, READ),
      rule('autoscaling', 'horizontalpodautoscalers', READ),
      rule('batch', 'cronjobs jobs', READ),
      WORKLOAD_FACTS,
    ],
  },
  ...pair('ingress', 'Ingress', [
    ['extensions', 'ingresses'],
    ['networking.k8s.io', 'ingresses'],
  ]),
  ...pair('services', 'Services', [['', 'services services/proxy']], [['', 'services']], [rule('', 'endpoints', READ)]),
  ...pair('secrets', 'Secrets', [['', 'secrets']]),
  ...pair('configmaps', 'Config Maps', [['', 'configmaps']]),
  ...pair('persistentvolumeclaims', 'Volumes', [['', 'persistentvolumeclaims']], undefined, [VOLUMES, STORAGE_CLASSES]),
  ...pair('serviceaccounts', 'Service Accounts', [['', 'serviceaccounts']]),
  ...pair('projectroletemplatebindings', 'Project Members', [['management.cattle.io', 'projectroletemplatebindings']]),
  'project-monitoring-readonly': {
    displayName: 'Project Monitoring View',
    description: 'Looks at the project’s monitoring.',
    context: 'project',
    hidden: true,
    inherits: ['view'],
    rules: [rule('monitoring.cattle.io', 'prometheus', 'view')],
  },
  'monitoring-ui-view': {
    displayName: 'View Monitoring',
    description: 'Opens the pages of the cluster’s monitoring.',
    context: 'project',
    external: true,
    externalRules: MONITORING_UI,
  },
  'navlinks-view': {
    displayName: 'View Navigation Links',
    description: 'Sees the links shown beside the cluster.',
    context: 'project',
    rules: [NAVLINKS],
  },
};

/** Roles for people whose work is machines. Names, where there are some: reference `harvester.md`, 5.2. */
const VIRTUALIZATION_ROLES: Readonly<Record<string, RoleTemplateFacts>> = {
  'virt-view-cluster': {
    displayName: 'View Virtualization Resources',
    description: 'Looks at everything of the cluster but Secrets and settings, and may make support bundles.',
    context: 'cluster',
    inherits: ['projects-view', 'clusterroletemplatebindings-view', 'nodes-view'],
    rules: [...HARVESTER_VIEW_ALL, rule('harvesterhci.io', 'supportbundles', ALL)],
  },
  'virt-cluster-operate': {
    displayName: 'Operate Virtual Machines',
    description:
      'Looks at everything of the cluster but Secrets and settings, and starts, stops, moves and sits in front of every machine.',
    context: 'cluster',
    inherits: ['virt-view-cluster'],
    rules: [...POWER, ...CONSOLE, ...MIGRATION],
  },
  'virt-cluster-manage': {
    displayName: 'Manage Virtualization Resources',
    description: 'Machines, volumes, images, networks, hosts, devices and settings of the cluster, and its members.',
    context: 'cluster',
    inherits: [
      'cluster-member',
      'storage-manage',
      'nodes-manage',
      'projects-view',
      'edit',
      'projectroletemplatebindings-manage',
      'project-member',
    ],
    rules: [rule('', 'namespaces', ALL), ...HARVESTER_ALL, ...MIGRATION],
  },
  'virt-project-view': {
    displayName: 'View Virtualization Resources',
    description: 'Looks at machines, volumes, images and networks of the project.',
    context: 'project',
    inherits: ['read-only'],
    rules: [...HARVESTER_VIEW, rule('loadbalancer.harvesterhci.io', '*', READ)],
  },
  'virt-project-operate': {
    displayName: 'Operate Virtual Machines',
    description: 'Looks at the project, and starts, stops and sits in front of its machines.',
    context: 'project',
    inherits: ['virt-project-view'],
    rules: [...POWER, ...CONSOLE],
  },
  'virt-project-manage': {
    displayName: 'Manage Virtualization Resources',
    description: 'Machines, volumes, images, networks and load balancers of the project, without its members.',
    context: 'project',
    inherits: ['project-member'],
    rules: [rule('harvesterhci.io', '*', ALL), rule('loadbalancer.harvesterhci.io', '*', ALL), ...MIGRATION],
  },
};

/** `NAME-manage` and `NAME-view` over the same resources, each a group and its plurals. */
function pair(
  name: string,
  title: string,
  managed: readonly (readonly [string, string])[],
  viewed = managed,
  around: readonly PolicyRule[] = [],
): Record<string, RoleTemplateFacts> {
  const rules = (of: typeof managed, verbs: string): PolicyRule[] => [
    ...of.map(([group, resources]) => rule(group, resources, verbs)),
    ...around,
  ];
  return {
    [`${name}-manage`]: {
      displayName: `Manage ${title}`,
      description: `Changes ${title.toLowerCase()} of the project.`,
      context: 'project',
      rules: rules(managed, CHANGE),
    },
    [`${name}-view`]: {
      displayName: `View ${title}`,
      description: `Looks at ${title.toLowerCase()} of the project.`,
      context: 'project',
      rules: rules(viewed, READ),
    },
  };
}

/** The role templates that every installation has. */
export function builtInRoleTemplates(): RoleTemplate[] {
  const all = { ...KUBERNETES_ROLES, ...CLUSTER_ROLES, ...PROJECT_ROLES, ...VIRTUALIZATION_ROLES };
  return Object.entries(all).map(([name, { rules = [], inherits = [], externalRules, ...facts }]) => ({
    apiVersion: 'management.cattle.io/v3',
    kind: 'RoleTemplate',
    metadata: { name, labels: { 'authz.management.cattle.io/bootstrapping': 'default-roletemplate' } },
    displayName: facts.displayName,
    description: facts.description,
    context: facts.context,
    builtin: true,
    administrative: facts.administrative === true,
    external: facts.external === true,
    hidden: facts.hidden === true,
    clusterCreatorDefault: facts.clusterCreatorDefault === true,
    projectCreatorDefault: facts.projectCreatorDefault === true,
    roleTemplateNames: [...inherits],
    rules: rules.map((each) => ({ ...each })),
    ...(externalRules && { externalRules: externalRules.map((each) => ({ ...each })) }),
  }));
}
