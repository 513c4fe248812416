import type { GlobalRole, RoleTemplate } from '@drover/api';
import { globalRoles, roleTemplates } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate } from '@drover/controller';

type Rules = NonNullable<GlobalRole['rules']>;

const ALL = ['*'];
const READ = ['get', 'list', 'watch'];
const EVERYTHING: Rules = [
  { apiGroups: ALL, resources: ALL, verbs: ALL },
  { nonResourceURLs: ALL, verbs: ALL },
];
const rule = (apiGroup: string, resources: string[], verbs: string[]): Rules[number] => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});
const management = (resources: string[], verbs: string[]): Rules[number] =>
  rule('management.cattle.io', resources, verbs);

/** Rights every signed-in user has: its own preferences, and what the console must know to start. */
const BASE: Rules = [management(['preferences'], ALL), management(['settings', 'features'], READ)];

interface GlobalRoleFacts {
  readonly displayName: string;
  readonly rules: Rules;
  readonly newUserDefault?: true;
}

const GLOBAL_ROLES: Readonly<Record<string, GlobalRoleFacts>> = {
  admin: { displayName: 'Admin', rules: EVERYTHING },
  user: {
    displayName: 'User',
    newUserDefault: true,
    rules: [
      ...BASE,
      management(['principals', 'roletemplates'], READ),
      management(['clusters', 'fleetworkspaces'], ['create']),
      rule('provisioning.cattle.io', ['clusters'], ['create']),
    ],
  },
  'user-base': { displayName: 'User-Base', rules: BASE },
};

interface RoleTemplateFacts {
  readonly displayName: string;
  readonly context: 'cluster' | 'project';
  readonly rules?: Rules;
  readonly inherits?: readonly string[];
  /** A role that every Kubernetes cluster has already. */
  readonly external?: true;
  readonly clusterCreatorDefault?: true;
  readonly projectCreatorDefault?: true;
}

const ROLE_TEMPLATES: Readonly<Record<string, RoleTemplateFacts>> = {
  'cluster-admin': { displayName: 'Kubernetes cluster-admin', context: 'cluster', external: true },
  admin: { displayName: 'Kubernetes admin', context: 'project', external: true },
  edit: { displayName: 'Kubernetes edit', context: 'project', external: true },
  view: { displayName: 'Kubernetes view', context: 'project', external: true },
  'cluster-owner': {
    displayName: 'Cluster Owner',
    context: 'cluster',
    clusterCreatorDefault: true,
    rules: [...EVERYTHING, management(['clusters'], ['own']), management(['projects'], ['updatepsa'])],
  },
  'cluster-member': {
    displayName: 'Cluster Member',
    context: 'cluster',
    rules: [
      management(['clusterroletemplatebindings', 'nodes', 'nodepools'], READ),
      management(['projects'], ['create']),
      rule('', ['nodes', 'persistentvolumes'], READ),
      rule('storage.k8s.io', ['storageclasses'], READ),
      rule('apiregistration.k8s.io', ['apiservices'], READ),
      rule('metrics.k8s.io', ['nodemetrics', 'nodes'], READ),
    ],
  },
  'projects-create': {
    displayName: 'Create Projects',
    context: 'cluster',
    rules: [management(['projects'], ['create'])],
  },
  'project-owner': {
    displayName: 'Project Owner',
    context: 'project',
    projectCreatorDefault: true,
    inherits: ['admin'],
    rules: [
      management(['projectroletemplatebindings'], ALL),
      management(['projects'], ['own']),
      rule('', ['namespaces'], ['create']),
      rule('', ['nodes', 'persistentvolumes'], READ),
      rule('', ['persistentvolumeclaims'], ALL),
      rule('storage.k8s.io', ['storageclasses'], READ),
      rule('metrics.k8s.io', ['pods'], ALL),
    ],
  },
  'project-member': {
    displayName: 'Project Member',
    context: 'project',
    inherits: ['edit'],
    rules: [
      management(['projectroletemplatebindings'], READ),
      rule('', ['namespaces'], ['create']),
      rule('', ['persistentvolumes'], READ),
      rule('', ['persistentvolumeclaims'], ALL),
      rule('storage.k8s.io', ['storageclasses'], READ),
    ],
  },
  'read-only': {
    displayName: 'Read-only',
    context: 'project',
    inherits: ['view'],
    rules: [
      management(['projectroletemplatebindings'], READ),
      rule('', ['persistentvolumes', 'persistentvolumeclaims'], READ),
      rule('storage.k8s.io', ['storageclasses'], READ),
    ],
  },
};

/** The global roles and role templates that every installation has. Their rules follow the program; anything else is left. */
export function builtInGlobalRoles(): GlobalRole[] {
  return Object.entries(GLOBAL_ROLES).map(([name, { displayName, rules, newUserDefault }]) => ({
    apiVersion: 'management.cattle.io/v3',
    kind: 'GlobalRole',
    metadata: { name, labels: { 'authz.management.cattle.io/bootstrapping': 'default-globalrole' } },
    displayName,
    builtin: true,
    newUserDefault: newUserDefault === true,
    rules,
  }));
}

/** See `builtInGlobalRoles`. */
export function builtInRoleTemplates(): RoleTemplate[] {
  return Object.entries(ROLE_TEMPLATES).map(
    ([name, { displayName, context, rules = [], inherits = [], ...flags }]) => ({
      apiVersion: 'management.cattle.io/v3',
      kind: 'RoleTemplate',
      metadata: { name, labels: { 'authz.management.cattle.io/bootstrapping': 'default-roletemplate' } },
      displayName,
      context,
      builtin: true,
      external: flags.external === true,
      hidden: flags.external === true,
      clusterCreatorDefault: flags.clusterCreatorDefault === true,
      projectCreatorDefault: flags.projectCreatorDefault === true,
      roleTemplateNames: [...inherits],
      rules,
    }),
  );
}

/** Makes the built-in roles be as this version has them. */
export async function installRoles(client: Client): Promise<void> {
  await Promise.all([
    ...builtInGlobalRoles().map((role) =>
      createOrUpdate(client, globalRoles, role, (live) => {
        live.rules = role.rules ?? [];
        live.builtin = true;
      }),
    ),
    ...builtInRoleTemplates().map((template) =>
      createOrUpdate(client, roleTemplates, template, (live) => {
        live.rules = template.rules ?? [];
        live.roleTemplateNames = template.roleTemplateNames ?? [];
        live.builtin = true;
      }),
    ),
  ]);
}
