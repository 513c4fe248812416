import {
  clusterRegistrationTokens,
  clusterRoleTemplateBindings,
  globalRoleBindings,
  hasReason,
  type Kind,
  type KubeObject,
  managementSettings,
  type ObjectRef,
  projectRoleTemplateBindings,
  projects,
  provisioningClusters,
  users,
} from '@drover/api';
import { eventually } from '../eventually.js';
import type { Asked, Asker } from './probe.js';
import type { Person, Tenancy } from './tenancy.js';

/** A request that would do what a route is for. */
export interface Sample {
  /** Which of several: the type that the route is asked for. */
  readonly about?: string;
  readonly ask: (asker: Asker) => Asked | Promise<Asked>;
}

/** By `METHOD path?action=`, as the table of routes has them. */
export type Samples = Readonly<Record<string, Sample | readonly Sample[]>>;

/**
 * Requests for every route that takes one: those that change something, and reads whose path has to be filled in. Their objects
 * belong to a bystander, whom it does not hurt. What a request would use up is there anew for whoever asks next.
 */
export function routeSamples(tenancy: Tenancy, bystander: Person, types: readonly string[]): Samples {
  const { management, cluster, project } = tenancy;
  const { client } = management;
  const projectId = `${cluster}:${project.name}`;
  const post = (path: string, body: object): Sample => ({ ask: () => ({ method: 'POST', path, body }) });
  const put = (path: string, body: object): Sample => ({ ask: () => ({ method: 'PUT', path, body }) });
  const get = (path: string): Sample => ({ ask: () => ({ method: 'GET', path }) });
  /** Binds a group of nobody's, another one each time: nobody has one role twice. */
  const bind = (type: string, to: object): Sample => ({
    ask: ({ name: by }) => ({
      method: 'POST',
      path: `/v3/${type}`,
      body: { ...to, groupPrincipalId: `test_group://made-by-${by}` },
    }),
  });
  const withOneToken = (path: string): Sample => ({
    ask: async ({ token }) => ({
      method: 'POST',
      path,
      ...(token === undefined ? {} : { token: await newToken(tenancy, token) }),
    }),
  });
  const ids: Readonly<Record<string, string>> = {
    clusters: cluster,
    clusterregistrationtokens: `${cluster}:default-token`,
    projects: projectId,
    users: bystander.user,
    settings: 'auth-user-session-ttl-minutes',
    globalroles: 'user',
    roletemplates: 'read-only',
    nodes: `${cluster}:unknown`,
  };
  const victim = (name: string) => ({
    kind: provisioningClusters,
    object: {
      apiVersion: 'provisioning.cattle.io/v1' as const,
      kind: 'Cluster' as const,
      metadata: { namespace: 'fleet-default', name },
      spec: {},
    },
  });
  const question = { verb: 'get', resource: 'pods' };
  const rancher = { apiVersion: 'management.cattle.io/v3' } as const;
  const remove = (type: string, make: () => Promise<string>): Sample => ({
    about: type,
    ask: async () => ({ method: 'DELETE', path: `/v3/${type}/${await make()}` }),
  });
  const asIs = async <T extends KubeObject>(kind: Kind<T>, ref: ObjectRef): Promise<object> => client.get(kind, ref);

  return {
    'POST /v1-public/login': post('/v1-public/login', {}),
    'POST /v3-public/localProviders/local?action=login': post('/v3-public/localProviders/local?action=login', {}),
    'POST /v3/users?action=changepassword': post('/v3/users?action=changepassword', {}),
    'POST /v3/tokens?action=logout': withOneToken('/v3/tokens?action=logout'),
    'POST /v3/tokens?action=logoutAll': withOneToken('/v3/tokens?action=logoutAll'),
    'POST /v1/logout': withOneToken('/v1/logout'),
    'POST /v3/users': {
      ask: ({ name: by }) => ({
        method: 'POST',
        path: '/v3/users',
        body: { username: `made-by-${by}`, password: PASSWORD },
      }),
    },
    'PUT /v3/users/:id': put(`/v3/users/${bystander.user}`, { description: 'stands by' }),
    'POST /v3/users/:id?action=setpassword': {
      ask: ({ name: by }) => ({
        method: 'POST',
        path: `/v3/users/${bystander.user}?action=setpassword`,
        body: { newPassword: `${PASSWORD} of ${by}` },
      }),
    },
    'GET /v3/tokens/:id': get(`/v3/tokens/${bystander.token.split(':')[0]}`),
    'POST /v3/tokens': post('/v3/tokens', { description: 'one more' }),
    'DELETE /v3/tokens/:id': {
      ask: async () => ({
        method: 'DELETE',
        path: `/v3/tokens/${(await newToken(tenancy, bystander.token)).split(':')[0]}`,
      }),
    },
    'PUT /v3/settings/:id': put('/v3/settings/ui-pl', { value: '' }),
    'POST /v3/clusters': {
      ask: ({ name: by }) => ({ method: 'POST', path: '/v3/clusters', body: { name: `made-by-${by}` } }),
    },
    'PUT /v3/clusters/:id': put(`/v3/clusters/${cluster}`, { description: 'imported' }),
    'POST /v3/clusters/:id?action=generateKubeconfig': post(`/v3/clusters/${cluster}?action=generateKubeconfig`, {}),
    'POST /v3/clusterregistrationtokens': post('/v3/clusterregistrationtokens', { clusterId: cluster }),
    'POST /v3/globalrolebindings': bind('globalrolebindings', { globalRoleId: 'user-base' }),
    'POST /v3/clusterroletemplatebindings': bind('clusterroletemplatebindings', {
      clusterId: cluster,
      roleTemplateId: 'nodes-view',
    }),
    'POST /v3/projectroletemplatebindings': bind('projectroletemplatebindings', {
      projectId,
      roleTemplateId: 'services-view',
    }),
    'POST /v3/projects': post('/v3/projects', { clusterId: cluster, name: 'one more' }),
    'PUT /v3/projects/:id': put(`/v3/projects/${projectId}`, { description: 'the default one' }),
    'GET /v3/:type': types.map((type) => ({ about: type, ...get(`/v3/${type}`) })),
    'GET /v3/:type/:id': types.map((type) => ({ about: type, ...get(`/v3/${type}/${ids[type] ?? 'unknown'}`) })),
    'DELETE /v3/:type/:id': [
      remove('clusters', async () => {
        const { kind, object } = victim('victim');
        await makeUnlessThere(tenancy, kind, object);
        const made = await eventually(client, kind, object.metadata, ({ status }) => Boolean(status?.clusterName));
        return made.status?.clusterName ?? '';
      }),
      remove('clusterregistrationtokens', async () => {
        const metadata = { namespace: cluster, name: 'victim' };
        const spec = { clusterName: cluster };
        const object = { ...rancher, kind: 'ClusterRegistrationToken', metadata, spec } as const;
        await makeUnlessThere(tenancy, clusterRegistrationTokens, object);
        return `${cluster}:victim`;
      }),
      remove('projects', async () => {
        const metadata = { namespace: cluster, name: 'p-victim' };
        const spec = { clusterName: cluster, displayName: 'victim' };
        await makeUnlessThere(tenancy, projects, { ...rancher, kind: 'Project', metadata, spec });
        return `${cluster}:p-victim`;
      }),
      remove('users', async () => {
        const metadata = { name: 'u-victim' };
        await makeUnlessThere(tenancy, users, { ...rancher, kind: 'User', metadata, username: 'victim' });
        return 'u-victim';
      }),
      remove('globalrolebindings', async () => {
        const bound = { globalRoleName: 'user-base', groupPrincipalName: 'test_group://victim' };
        const metadata = { name: 'grb-victim' };
        await makeUnlessThere(tenancy, globalRoleBindings, {
          ...rancher,
          kind: 'GlobalRoleBinding',
          metadata,
          ...bound,
        });
        return 'grb-victim';
      }),
      remove('clusterroletemplatebindings', async () => {
        const metadata = { namespace: cluster, name: 'crtb-victim' };
        const bound = {
          clusterName: cluster,
          roleTemplateName: 'nodes-view',
          groupPrincipalName: 'test_group://victim',
        };
        const object = { ...rancher, kind: 'ClusterRoleTemplateBinding', metadata, ...bound } as const;
        await makeUnlessThere(tenancy, clusterRoleTemplateBindings, object);
        return `${cluster}:crtb-victim`;
      }),
      remove('projectroletemplatebindings', async () => {
        const metadata = { namespace: project.backing, name: 'prtb-victim' };
        const bound = {
          projectName: projectId,
          roleTemplateName: 'services-view',
          groupPrincipalName: 'test_group://victim',
        };
        const object = { ...rancher, kind: 'ProjectRoleTemplateBinding', metadata, ...bound } as const;
        await makeUnlessThere(tenancy, projectRoleTemplateBindings, object);
        return `${project.backing}:prtb-victim`;
      }),
    ],
    'POST /v3/:type': post('/v3/nodes', {}),
    'PUT /v3/:type/:id': put(`/v3/nodes/${cluster}:unknown`, {}),
    'GET /v1/:type': STEVE_TYPES.map((type) => ({ about: type, ...get(`/v1/${type}`) })),
    'GET /v1/:type/:name': [
      { about: 'management.cattle.io.clusters', ...get(`/v1/management.cattle.io.clusters/${cluster}`) },
      { about: 'management.cattle.io.users', ...get(`/v1/management.cattle.io.users/${bystander.user}`) },
      { about: 'management.cattle.io.settings', ...get('/v1/management.cattle.io.settings/ui-pl') },
      { about: 'secrets', ...get('/v1/secrets/cattle-system') },
    ],
    'GET /v1/:type/:namespace/:name': [
      { about: 'provisioning.cattle.io.clusters', ...get('/v1/provisioning.cattle.io.clusters/fleet-default/hv') },
      {
        about: 'management.cattle.io.projects',
        ...get(`/v1/management.cattle.io.projects/${cluster}/${project.name}`),
      },
      { about: 'secrets', ...get('/v1/secrets/cattle-local-user-passwords/unknown') },
    ],
    'POST /v1/:type': {
      about: 'provisioning.cattle.io.clusters',
      ask: ({ name: by }) => ({
        method: 'POST',
        path: '/v1/provisioning.cattle.io.clusters',
        body: { metadata: { namespace: 'fleet-default', name: `v1-by-${by}` }, spec: {} },
      }),
    },
    'POST /v1/:type/:name': {
      about: 'provisioning.cattle.io.clusters',
      ask: ({ name: by }) => ({
        method: 'POST',
        path: '/v1/provisioning.cattle.io.clusters/fleet-default',
        body: { metadata: { name: `v1-in-by-${by}` }, spec: {} },
      }),
    },
    'PUT /v1/:type/:name': {
      about: 'management.cattle.io.settings',
      ask: async () => ({
        method: 'PUT',
        path: '/v1/management.cattle.io.settings/ui-pl',
        body: await asIs(managementSettings, { name: 'ui-pl' }),
      }),
    },
    'PUT /v1/:type/:namespace/:name': {
      about: 'provisioning.cattle.io.clusters',
      ask: async () => ({
        method: 'PUT',
        path: '/v1/provisioning.cattle.io.clusters/fleet-default/hv',
        body: await asIs(provisioningClusters, { namespace: 'fleet-default', name: 'hv' }),
      }),
    },
    'DELETE /v1/:type/:namespace/:name': {
      about: 'provisioning.cattle.io.clusters',
      ask: async () => {
        const { kind, object } = victim('second-victim');
        await makeUnlessThere(tenancy, kind, object);
        return { method: 'DELETE', path: '/v1/provisioning.cattle.io.clusters/fleet-default/second-victim' };
      },
    },
    'POST /v1-drover/clusters/:cluster/why': [
      { about: 'oneself', ...post(`/v1-drover/clusters/${cluster}/why`, { requests: [question] }) },
      {
        about: 'another',
        ...post(`/v1-drover/clusters/${cluster}/why`, { requests: [question], user: bystander.user }),
      },
    ],
    'GET /v1-drover/clusters/:cluster/outsidebindings': get(`/v1-drover/clusters/${cluster}/outsidebindings`),
    'GET /k8s/clusters/:cluster/v1/schemas': get(`/k8s/clusters/${cluster}/v1/schemas`),
    'GET /k8s/clusters/:cluster/v1/schemas/:id': get(`/k8s/clusters/${cluster}/v1/schemas/secret`),
    'GET /k8s/clusters/:cluster/v1/:type': CLUSTER_TYPES.map((type) => ({
      about: type,
      ...get(`/k8s/clusters/${cluster}/v1/${type}`),
    })),
    'GET /k8s/clusters/:cluster/v1/:type/:namespace': CLUSTER_TYPES.map((type) => ({
      about: type,
      ...get(`/k8s/clusters/${cluster}/v1/${type}/default`),
    })),
    'POST /v1/ext.cattle.io.selfuser': post('/v1/ext.cattle.io.selfuser', {}),
    'GET /v1/schemas/:id': get('/v1/schemas/secret'),
    'POST /v3/principals?action=search': post('/v3/principals?action=search', { name: 'the-' }),
    'GET /v3/principals/:id': get(`/v3/principals/${encodeURIComponent(`local://${bystander.user}`)}`),
    'GET /v3/import/:file': get('/v3/import/unknown_c-m-aaaaaaaa.yaml'),
    'GET /dashboard/*': get('/dashboard/'),
  };
}

const PASSWORD = 'another correct horse battery';

/** Types of `/v1` that are asked for by name. */
const STEVE_TYPES = [
  'provisioning.cattle.io.clusters',
  'management.cattle.io.clusters',
  'management.cattle.io.projects',
  'management.cattle.io.settings',
  'management.cattle.io.users',
  'management.cattle.io.tokens',
  'secrets',
  'configmaps',
  'nodes',
];

/** Types of an imported cluster's `/v1` that are asked for by name. */
const CLUSTER_TYPES = ['kubevirt.io.virtualmachine', 'secret', 'configmap', 'namespace', 'node'];

/** A further token of whoever has `token`. */
async function newToken({ management }: Tenancy, token: string): Promise<string> {
  const { text } = await management.ask('POST', '/v3/tokens', { token, body: { description: 'used up' } });
  return (JSON.parse(text) as { token: string }).token;
}

async function makeUnlessThere<T extends KubeObject>(
  { management: { client } }: Tenancy,
  kind: Kind<T>,
  object: T & { readonly metadata: { readonly name: string } },
): Promise<void> {
  await client.create(kind, object).catch((error: unknown) => {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  });
}
