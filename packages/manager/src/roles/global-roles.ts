import type { GlobalRole, PolicyRule } from '@drover/api';
import { ALL, CRUD, EVERYTHING, management, READ, rule } from './rule.js';

/** What every signed-in user has: its own preferences, sessions and keys, and what the console must know to start. */
const OWN: readonly PolicyRule[] = [
  rule('ext.cattle.io', 'kubeconfigs', CRUD),
  rule('ext.cattle.io', 'useractivities', 'get patch update'),
  rule('ext.cattle.io', 'tokens', CRUD),
  rule('ext.cattle.io', 'selfusers passwordchangerequests', 'create'),
  management('preferences', ALL),
  management('settings features rancherusernotifications', READ),
];

const MACHINE_CONFIGS = rule('rke-machine-config.cattle.io', '*', 'create');
const CHARTS = rule('catalog.cattle.io', 'clusterrepos', READ);
/** Where clients keep what they make clusters with. */
const MAKES_CLUSTERS: Readonly<Record<string, readonly PolicyRule[]>> = {
  'cattle-global-data': [rule('', 'secrets', 'create')],
  'fleet-default': [rule('', 'secrets', 'create'), rule('infrastructure.cluster.x-k8s.io', '*', 'create')],
};

interface GlobalRoleFacts {
  readonly displayName: string;
  readonly description: string;
  readonly rules: readonly PolicyRule[];
  readonly namespacedRules?: Readonly<Record<string, readonly PolicyRule[]>>;
  readonly newUserDefault?: true;
}

/** Facts: reference `rancher.md`, 5.2. */
const GLOBAL_ROLES: Readonly<Record<string, GlobalRoleFacts>> = {
  admin: {
    displayName: 'Administrator',
    description: 'Everything here and in every cluster.',
    rules: EVERYTHING,
  },
  user: {
    displayName: 'Standard User',
    description: 'Signs in, sees what it is given, and may import clusters, which it then owns.',
    newUserDefault: true,
    rules: [
      ...OWN,
      management('principals roletemplates', READ),
      management('clusters fleetworkspaces', 'create'),
      management('nodedrivers kontainerdrivers podsecurityadmissionconfigurationtemplates', READ),
      rule('provisioning.cattle.io', 'clusters', 'create'),
      MACHINE_CONFIGS,
      CHARTS,
    ],
    namespacedRules: MAKES_CLUSTERS,
  },
  'user-base': {
    displayName: 'User-Base',
    description: 'Signs in and sees what it is given, no more.',
    rules: OWN,
  },
  'clusters-create': {
    displayName: 'Create new Clusters',
    description: 'May import clusters, and owns those.',
    rules: [
      management('clusters', 'create'),
      management(
        'templates templateversions nodedrivers kontainerdrivers podsecurityadmissionconfigurationtemplates',
        READ,
      ),
      rule('provisioning.cattle.io', 'clusters', 'create'),
      MACHINE_CONFIGS,
      CHARTS,
      rule('rke.cattle.io', 'etcdsnapshots', READ),
      rule('operation.cattle.io', '*', READ),
    ],
    namespacedRules: MAKES_CLUSTERS,
  },
  'users-manage': {
    displayName: 'Manage Users',
    description:
      'Makes, changes and removes users who have no more rights than itself, and gives them global roles it holds.',
    rules: [
      management('users globalrolebindings', ALL),
      management('globalroles', READ),
      rule('ext.cattle.io', 'groupmembershiprefreshrequests', 'create'),
    ],
    namespacedRules: { 'cattle-local-user-passwords': [rule('', 'secrets', 'create update')] },
  },
  'roles-manage': {
    displayName: 'Manage Roles',
    description: 'Makes, changes and removes cluster and project roles that give no more than it holds.',
    rules: [management('roletemplates', CRUD)],
  },
  'authn-manage': {
    displayName: 'Manage Authentication',
    description: 'Configures the providers by which users sign in.',
    rules: [management('authconfigs', `${READ} update`)],
  },
  'settings-manage': {
    displayName: 'Manage Settings',
    description: 'Changes the settings of this server.',
    rules: [management('settings', ALL)],
  },
  'features-manage': {
    displayName: 'Configure Feature Flags',
    description: 'Switches features of this server on and off.',
    rules: [management('features', `${READ} update`)],
  },
  'proxy-endpoints-manage': {
    displayName: 'Manage Proxy Endpoints',
    description: 'Says which hosts the meta proxy may reach.',
    rules: [management('proxyendpoints', ALL)],
  },
  'nodedrivers-manage': {
    displayName: 'Manage Node Drivers',
    description: 'Manages the drivers that make machines for clusters.',
    rules: [management('nodedrivers', ALL)],
  },
  'kontainerdrivers-manage': {
    displayName: 'Manage Cluster Drivers',
    description: 'Manages the drivers that make clusters at providers.',
    rules: [management('kontainerdrivers', ALL)],
  },
  'audit-read': {
    displayName: 'Read the Audit Log',
    description: 'Reads who did what, through this server, in all clusters.',
    rules: [rule('drover.io', 'auditevents', 'list')],
  },
  'view-rancher-metrics': {
    displayName: 'View Metrics',
    description: 'Reads the metrics of this server.',
    rules: [management('ranchermetrics', 'get')],
  },
};

const mutable = (rules: readonly PolicyRule[]): PolicyRule[] => rules.map((each) => ({ ...each }));

/** The global roles that every installation has. */
export function builtInGlobalRoles(): GlobalRole[] {
  return Object.entries(GLOBAL_ROLES).map(([name, facts]) => ({
    apiVersion: 'management.cattle.io/v3',
    kind: 'GlobalRole',
    metadata: { name, labels: { 'authz.management.cattle.io/bootstrapping': 'default-globalrole' } },
    displayName: facts.displayName,
    description: facts.description,
    builtin: true,
    newUserDefault: facts.newUserDefault === true,
    rules: mutable(facts.rules),
    ...(facts.namespacedRules && {
      namespacedRules: Object.fromEntries(
        Object.entries(facts.namespacedRules).map(([namespace, rules]) => [namespace, mutable(rules)]),
      ),
    }),
  }));
}
