import { randomBytes } from 'node:crypto';
import {
  type ClusterRoleBinding,
  clusterRegistrationTokens,
  clusterRoleBindings,
  clusterRoles,
  clusterRoleTemplateBindings,
  configMaps,
  deployments,
  type Kind,
  type KubeObject,
  managementClusters,
  managementNodes,
  managementTokens,
  namespaces,
  nodes,
  type ObjectRef,
  provisioningClusters,
  type Stored,
  secrets,
  serviceAccounts,
} from '@drover/api';
import type { Client } from '@drover/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BareCluster, startBareCluster } from '../bare-cluster.js';
import { importedCredentials } from '../imported-agent.js';
import { kubectl, kubectls } from '../kubectl.js';
import { type Management, startManagement } from '../management.js';
import { present } from '../present.js';

let drover: Management;
let cluster: BareCluster;
let token: string;
const closing: AsyncDisposable[] = [];
const opened = <T extends AsyncDisposable>(part: T): T => {
  closing.push(part);
  return part;
};

beforeAll(async () => {
  drover = opened(await startManagement());
  cluster = opened(await startBareCluster());
  token = await drover.signIn();
});
afterAll(async () => {
  for (const part of closing.splice(0).reverse()) await part[Symbol.asyncDispose]();
});

/** Resolves with the object as soon as it is as `wanted` says; how a test waits without sleeping. */
async function eventually<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
  wanted: (object: Stored<T> | undefined) => boolean,
): Promise<Stored<T> | undefined> {
  const selection = { namespace: ref.namespace, fieldSelector: `metadata.name=${ref.name}` };
  const { items, metadata } = await client.list(kind, selection);
  if (wanted(items[0])) return items[0];
  const stop = new AbortController();
  try {
    const { resourceVersion } = metadata;
    for await (const event of client.watch(kind, { ...selection, resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      const object = event.type === 'DELETED' ? undefined : event.object;
      if (wanted(object)) return object;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`the watch of ${kind.plural} ended`);
}

/** Waits until a user whose name begins with `user` has a cluster role in the whole cluster, or has it no more. */
async function eventuallyHas(client: Client, user: string, role: string, wanted: boolean): Promise<void> {
  const { items, metadata } = await client.list(clusterRoleBindings);
  const grants = ({ roleRef, subjects = [] }: Stored<ClusterRoleBinding>): boolean =>
    roleRef.name === role && subjects.some(({ name }) => name.startsWith(user));
  const granting = new Set(items.filter(grants).map(({ metadata }) => metadata.name));
  if (granting.size > 0 === wanted) return;
  const stop = new AbortController();
  try {
    const { resourceVersion } = metadata;
    for await (const event of client.watch(clusterRoleBindings, { resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      const { name } = event.object.metadata;
      if (event.type !== 'DELETED' && grants(event.object)) granting.add(name);
      else granting.delete(name);
      if (granting.size > 0 === wanted) return;
    }
  } finally {
    stop.abort();
  }
  throw new Error('the watch of cluster role bindings ended');
}

const conditionIs =
  (type: string, status: string) =>
  (object: { status?: { conditions?: { type: string; status: string }[] } } | undefined): boolean =>
    object?.status?.conditions?.some((condition) => condition.type === type && condition.status === status) ?? false;

async function createCluster(name: string): Promise<string> {
  const ref = { namespace: 'fleet-default', name };
  await drover.client.create(provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: { ...ref, labels: { 'provider.cattle.io': 'harvester' } },
    spec: { agentEnvVars: [] },
  });
  const named = await eventually(drover.client, provisioningClusters, ref, (object) =>
    Boolean(object?.status?.clusterName),
  );
  return named?.status?.clusterName ?? '';
}

async function manifestUrl(id: string): Promise<string> {
  const ref = { namespace: id, name: 'default-token' };
  const token = await eventually(drover.client, clusterRegistrationTokens, ref, (object) =>
    Boolean(object?.status?.manifestUrl),
  );
  return token?.status?.manifestUrl ?? '';
}

describe.skipIf(!present('kubectl'))('an imported cluster (needs kubectl)', () => {
  let id: string;
  let agent: AsyncDisposable;
  let kubeconfig: string;
  let clusterFile: string;

  beforeAll(async () => {
    id = await createCluster('lab');
    const { pathname } = new URL(await manifestUrl(id));
    const { text } = await drover.ask('GET', pathname);
    clusterFile = await drover.kubeconfigFor('local', token);
    expect((await kubectl(cluster.kubeconfig, ['apply', '-f', '-'], { input: text })).code).toBe(0);
    const deployment = await cluster.client.get(deployments, {
      namespace: 'cattle-system',
      name: 'cattle-cluster-agent',
    });
    agent = await cluster.runAgent(deployment, await importedCredentials(cluster.client));
    await eventually(drover.client, managementClusters, { name: id }, conditionIs('Ready', 'True'));
    kubeconfig = await drover.kubeconfigFor(id, token);
  });
  afterAll(() => agent?.[Symbol.asyncDispose]());

  it('is connected, ready, known as Harvester, and shows its hosts and what they have', async () => {
    const ready = await eventually(
      drover.client,
      managementClusters,
      { name: id },
      (object) => object?.status?.nodeCount === 1,
    );
    expect(ready?.status).toMatchObject({
      driver: 'imported',
      provider: 'harvester',
      capacity: { cpu: '8', memory: '32Gi', pods: '110' },
      allocatable: { cpu: '7500m', memory: '30Gi', pods: '110' },
    });
    const shown = await eventually(
      drover.client,
      provisioningClusters,
      { namespace: 'fleet-default', name: 'lab' },
      conditionIs('Ready', 'True'),
    );
    expect(shown?.status).toMatchObject({ ready: true, agentDeployed: true, clusterName: id });
    const { items } = await drover.client.list(managementNodes, { namespace: id });
    expect(items.map(({ status }) => status?.nodeName)).toEqual(['host-1']);
  });

  it.each(kubectls())(
    'answers $name through the kubeconfig the server makes: get, create, auth can-i, watch',
    async ({ name, path }) => {
      const run = (...args: string[]) => kubectl(kubeconfig, args, { binary: path });
      expect((await run('get', 'nodes', '-o', 'name')).stdout).toBe('node/host-1\n');
      expect((await run('auth', 'can-i', 'create', 'pods')).stdout).toBe('yes\n');
      const map = `made-by-${name.replace('.', '-')}`;
      expect(await run('create', 'configmap', map, '--from-literal=a=b')).toMatchObject({
        code: 0,
        stdout: `configmap/${map} created\n`,
      });
      expect((await run('wait', `configmap/${map}`, '--for=jsonpath={.data.a}=b', '--timeout=10s')).stdout).toMatch(
        /condition met/,
      );
      expect((await cluster.client.get(configMaps, { namespace: 'default', name: map })).data).toEqual({ a: 'b' });
    },
  );

  it('is asked as the user, by an account that may be nobody else', async () => {
    const account = 'cattle-impersonation-';
    const { items } = await cluster.client.list(clusterRoles, {
      labelSelector: 'authz.cluster.cattle.io/impersonator=true',
    });
    const role = items.find(({ metadata }) => metadata.name.startsWith(account));
    const user = role?.metadata.name.slice(account.length) ?? '';
    expect(role?.rules?.[0]).toEqual({
      apiGroups: [''],
      resources: ['users'],
      resourceNames: [user],
      verbs: ['impersonate'],
    });
    expect(role?.rules?.[1]?.resourceNames).toEqual(['system:authenticated', 'system:cattle:authenticated']);
    await cluster.client.get(serviceAccounts, { namespace: 'cattle-impersonation-system', name: `${account}${user}` });
    const who = await kubectl(kubeconfig, ['get', '--raw', '/apis/authentication.k8s.io/v1/selfsubjectreviews']);
    expect(who.stderr).not.toContain('system:masters');
  });

  it('is nobody’s business who has no part in it, and becomes theirs within moments when they are made a member', async () => {
    const bob = await makeUser('bob');
    const asked = (cluster: string) => drover.ask('GET', `/k8s/clusters/${cluster}/api/v1/nodes`, { token: bob.token });
    const [known, unknown] = [await asked(id), await asked('c-m-aaaaaaaa')];
    expect(known.status).toBe(403);
    expect(known.text.replaceAll(id, 'ID')).toBe(unknown.text.replaceAll('c-m-aaaaaaaa', 'ID'));

    const binding = { namespace: id, name: 'bob-owns' };
    await drover.client.create(clusterRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRoleTemplateBinding',
      metadata: binding,
      clusterName: id,
      roleTemplateName: 'cluster-owner',
      userName: bob.name,
    });
    await eventuallyHas(drover.client, bob.name, `${id}-clusterowner`, true);
    await eventuallyHas(cluster.client, bob.name, 'cluster-owner-aggregator', true);
    expect((await asked(id)).status).toBe(200);

    await drover.client.delete(clusterRoleTemplateBindings, binding);
    await eventuallyHas(drover.client, bob.name, `${id}-clusterowner`, false);
    await eventuallyHas(cluster.client, bob.name, 'cluster-owner-aggregator', false);
    expect((await asked(id)).status).toBe(403);
    await accountGone(bob.name);
  });

  it('forgets a user who was deleted while it was away: memberships here, rights and account there', async () => {
    const carol = await makeUser('carol');
    const binding = { namespace: id, name: 'carol-owns' };
    await drover.client.create(clusterRoleTemplateBindings, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRoleTemplateBinding',
      metadata: binding,
      clusterName: id,
      roleTemplateName: 'cluster-owner',
      userName: carol.name,
    });
    await eventuallyHas(cluster.client, carol.name, 'cluster-owner-aggregator', true);
    await eventuallyHas(drover.client, carol.name, `${id}-clusterowner`, true);
    expect((await drover.ask('GET', `/k8s/clusters/${id}/api/v1/nodes`, { token: carol.token })).status).toBe(200);
    await agent[Symbol.asyncDispose]();
    expect((await drover.ask('DELETE', `/v3/users/${carol.name}`, { token })).status).toBe(200);
    await eventually(drover.client, clusterRoleTemplateBindings, binding, (object) => object === undefined);
    const deployment = await cluster.client.get(deployments, {
      namespace: 'cattle-system',
      name: 'cattle-cluster-agent',
    });
    agent = await cluster.runAgent(deployment, await importedCredentials(cluster.client));
    await eventuallyHas(cluster.client, carol.name, 'cluster-owner-aggregator', false);
    await accountGone(carol.name);
    await eventually(drover.client, managementClusters, { name: id }, conditionIs('Ready', 'True'));
  });

  it('loses an open watch as soon as the token it was opened with is deleted', async () => {
    const session = await drover.ask('POST', '/v3/tokens', { token, body: { description: 'a watch' } });
    const made = JSON.parse(session.text) as { id: string; token: string };
    const watch = drover.clientFor(`/k8s/clusters/${id}`, made.token).watch(nodes)[Symbol.asyncIterator]();
    expect((await watch.next()).value).toMatchObject({ type: 'ADDED' });
    const ended = watch.next().then(
      () => 'ended',
      () => 'ended',
    );
    await drover.client.delete(managementTokens, { name: made.id });
    expect(await ended).toBe('ended');
  });

  it('is found again after a restart of the server, with the objects there were', async () => {
    const before = (await drover.client.get(managementClusters, { name: id })).metadata.uid;
    await drover.restart();
    await eventually(drover.client, managementClusters, { name: id }, conditionIs('Connected', 'True'));
    expect((await drover.client.get(managementClusters, { name: id })).metadata.uid).toBe(before);
    const listed = await drover.client.list(managementClusters);
    expect(listed.items.map(({ metadata }) => metadata.name).sort()).toEqual([id, 'local'].sort());
  });

  it('says since when it is lost when its agent stops', async () => {
    await agent[Symbol.asyncDispose]();
    const lost = await eventually(drover.client, managementClusters, { name: id }, conditionIs('Connected', 'False'));
    const message = lost?.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    expect(message).toMatch(/^Cluster agent is not connected since 20/);
    const asked = await drover.ask('GET', `/k8s/clusters/${id}/api/v1/nodes`, { token });
    expect(asked.status).toBe(503);
    expect(asked.text).toContain('Cluster agent is not connected since');
    const deployment = await cluster.client.get(deployments, {
      namespace: 'cattle-system',
      name: 'cattle-cluster-agent',
    });
    agent = await cluster.runAgent(deployment, await importedCredentials(cluster.client));
    await eventually(drover.client, managementClusters, { name: id }, conditionIs('Ready', 'True'));
  });

  it('leaves nothing here and nothing of ours there when it is deleted, and cattle-system stays', async () => {
    const url = new URL(await manifestUrl(id)).pathname;
    await eventuallyHas(cluster.client, 'user-', 'cluster-admin', true);
    const removed = await kubectl(clusterFile, [
      'delete',
      'clusters.provisioning.cattle.io',
      '-n',
      'fleet-default',
      'lab',
      '--timeout=30s',
    ]);
    expect(removed.stderr).toBe('');
    await eventually(drover.client, managementClusters, { name: id }, (object) => object === undefined);
    await eventually(drover.client, namespaces, { name: id }, (object) => object === undefined);
    const ours = /^(cattle-impersonation-|crb-|globaladmin-)/;
    const names = async (kind: typeof clusterRoles | typeof clusterRoleBindings): Promise<string[]> =>
      (await cluster.client.list<KubeObject>(kind)).items.map(({ metadata }) => metadata.name);
    expect((await names(clusterRoleBindings)).filter((name) => ours.test(name))).toEqual([]);
    expect((await names(clusterRoles)).filter((name) => ours.test(name))).toEqual([]);
    expect((await names(clusterRoleBindings)).filter((name) => name.startsWith('cattle-'))).toContain(
      'cattle-admin-binding',
    );
    expect(
      (await cluster.client.get(namespaces, { name: 'cattle-system' })).metadata.deletionTimestamp,
    ).toBeUndefined();
    expect(await drover.ask('GET', url)).toEqual({ status: 400, text: 'cluster not found or invalid token' });
  });

  /** Waits until nothing is left of a user's account in the cluster. */
  async function accountGone(user: string): Promise<void> {
    const name = `cattle-impersonation-${user}`;
    const gone = (object: unknown): boolean => object === undefined;
    await eventually(cluster.client, clusterRoles, { name }, gone);
    await eventually(cluster.client, clusterRoleBindings, { name }, gone);
    await eventually(cluster.client, serviceAccounts, { namespace: 'cattle-impersonation-system', name }, gone);
  }
});

describe('a cluster that nobody has registered', () => {
  it('is removed without ever having been reached', async () => {
    const id = await createCluster('never');
    await drover.client.delete(managementClusters, { name: id });
    await eventually(
      drover.client,
      provisioningClusters,
      { namespace: 'fleet-default', name: 'never' },
      (object) => object === undefined,
    );
    await eventually(drover.client, managementClusters, { name: id }, (object) => object === undefined);
  });

  it('gives the same refusal to a wrong token, another cluster’s token and an unknown cluster', async () => {
    const [one, two] = [await createCluster('one'), await createCluster('two')];
    const key = /import\/([^_]+)_/.exec(await manifestUrl(one))?.[1] ?? '';
    const ask = (file: string) => drover.ask('GET', `/v3/import/${file}.yaml`);
    const wrong = randomBytes(27).toString('hex');
    const answers = await Promise.all([
      ask(`${wrong}_${one}`),
      ask(`${key}_${two}`),
      ask(`${key}_c-m-aaaaaaaa`),
      ask(`${wrong}_c-m-aaaaaaaa`),
    ]);
    for (const answer of answers) expect(answer).toEqual({ status: 400, text: 'cluster not found or invalid token' });
    expect((await ask(`${key}_${one}`)).status).toBe(200);
  });
});

describe('a user who is no administrator', () => {
  it('owns the cluster it makes, reads its registration URL, and sees nobody else’s', async () => {
    const alice = await makeUser('alice');
    await boundAsUser(alice.name);
    const body = { type: 'cluster', name: 'hers', labels: { 'provider.cattle.io': 'harvester' } };
    const made = await drover.ask('POST', '/v3/clusters', { token: alice.token, body });
    expect(made.status).toBe(201);
    const { id } = JSON.parse(made.text) as { id: string };
    await eventuallyHas(drover.client, alice.name, `${id}-clusterowner`, true);
    await manifestUrl(id);

    const tokens = await drover.ask('GET', `/v3/clusterregistrationtokens?clusterId=${id}`, { token: alice.token });
    expect((JSON.parse(tokens.text) as { data: object[] }).data).toMatchObject([
      { id: `${id}:default-token`, clusterId: id, manifestUrl: expect.stringContaining(id) },
    ]);
    const shown = await drover.ask('GET', '/v3/clusters', { token: alice.token });
    expect((JSON.parse(shown.text) as { data: { name: string }[] }).data.map(({ name }) => name)).toEqual(['hers']);
    const own = drover.clientFor('', alice.token);
    expect(
      (await own.get(provisioningClusters, { namespace: 'fleet-default', name: 'hers' })).status?.clusterName,
    ).toBe(id);
    await expect(own.list(secrets)).rejects.toThrow(/forbidden/);
    await expect(own.get(managementClusters, { name: 'local' })).rejects.toThrow(/forbidden/);
  });

  async function boundAsUser(user: string): Promise<void> {
    const stop = new AbortController();
    for await (const event of drover.client.watch(clusterRoleBindings, { signal: stop.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      if (event.object.subjects?.some(({ name }) => name === user)) break;
    }
    stop.abort();
  }
});

describe('the requests that Harvester’s own tests make of Rancher', () => {
  it('are answered as they expect', async () => {
    const ask = async (method: string, path: string, body?: object) => {
      const { status, text } = await drover.ask(method, path, { token, ...(body === undefined ? {} : { body }) });
      return { status, json: JSON.parse(text) as Record<string, never> };
    };
    const clusters = '/v1/provisioning.cattle.io.clusters';
    const wanted = {
      type: 'provisioning.cattle.io.cluster',
      metadata: { namespace: 'fleet-default', name: 'steve', labels: { 'provider.cattle.io': 'harvester' } },
      spec: {},
    };
    expect(await ask('POST', clusters, wanted)).toMatchObject({
      status: 201,
      json: { id: 'fleet-default/steve', type: 'provisioning.cattle.io.cluster' },
    });
    const named = await eventually(
      drover.client,
      provisioningClusters,
      { namespace: 'fleet-default', name: 'steve' },
      (object) => Boolean(object?.status?.clusterName),
    );
    const id = named?.status?.clusterName ?? '';
    await manifestUrl(id);
    expect(await ask('GET', `${clusters}/fleet-default/steve`)).toMatchObject({
      status: 200,
      json: { metadata: { state: { name: 'pending' } }, status: { clusterName: id } },
    });
    expect(await ask('GET', `/v3/clusterRegistrationTokens/${id}:default-token`)).toMatchObject({
      status: 200,
      json: { manifestUrl: expect.stringMatching(/\.yaml$/) },
    });
    expect(await ask('GET', '/apis/management.cattle.io/v3/settings/server-version')).toMatchObject({
      status: 200,
      json: { kind: 'Setting', default: 'v0.1.0' },
    });
    expect(await ask('DELETE', `${clusters}/fleet-default/steve`)).toMatchObject({
      status: 200,
      json: { id: 'fleet-default/steve' },
    });
    await eventually(
      drover.client,
      provisioningClusters,
      { namespace: 'fleet-default', name: 'steve' },
      (object) => object === undefined,
    );
    expect((await ask('GET', `${clusters}/fleet-default/steve`)).json).toMatchObject({
      type: 'error',
      status: 404,
      code: 'NotFound',
    });
  });
});

async function makeUser(username: string): Promise<{ name: string; token: string }> {
  const password = 'correct horse battery';
  const made = await drover.ask('POST', '/v3/users', { token, body: { type: 'user', username, password } });
  const login = await drover.ask('POST', '/v3-public/localProviders/local?action=login', {
    body: { username, password },
  });
  return {
    name: (JSON.parse(made.text) as { id: string }).id,
    token: (JSON.parse(login.text) as { token: string }).token,
  };
}
