import {
  clusterRegistrationTokens,
  clusterRoleTemplateBindings,
  type Kind,
  type KubeObject,
  managementClusters,
  managementSettings,
  namespaces,
  type ObjectRef,
  projects,
  provisioningClusters,
  type Stored,
} from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from '../testing/installation.js';
import { makeSideObjects } from './side-objects.js';

let drover: Installation;
beforeAll(async () => {
  drover = await startInstallation();
});
afterAll(() => drover[Symbol.asyncDispose]());

/** The object as soon as it is as wanted. */
async function when<T extends KubeObject>(
  kind: Kind<T>,
  ref: ObjectRef,
  wanted: (object: Stored<T>) => boolean,
): Promise<Stored<T>> {
  const stop = new AbortController();
  try {
    for await (const event of drover.client.watch(kind, { namespace: ref.namespace, signal: stop.signal })) {
      if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
      if (event.object.metadata.name === ref.name && wanted(event.object)) return event.object;
    }
  } finally {
    stop.abort();
  }
  throw new Error('the watch ended');
}
const gone = async (kind: Kind, ref: ObjectRef): Promise<void> => {
  const stop = new AbortController();
  const watch = drover.client.watch(kind, { namespace: ref.namespace, signal: stop.signal });
  const { items } = await drover.client.list(kind, { namespace: ref.namespace });
  if (items.some(({ metadata }) => metadata.name === ref.name)) {
    for await (const event of watch) if (event.type === 'DELETED' && event.object.metadata.name === ref.name) break;
  }
  stop.abort();
};
const provision = (name: string, more: object = {}, annotations: Record<string, string> = {}) =>
  drover.client.create(provisioningClusters, {
    apiVersion: 'provisioning.cattle.io/v1',
    kind: 'Cluster',
    metadata: { name, namespace: 'fleet-default', labels: { 'provider.cattle.io': 'harvester' }, annotations },
    spec: { agentEnvVars: [], ...more },
  });
const idOf = async (name: string): Promise<string> => {
  const found = await when(provisioningClusters, { namespace: 'fleet-default', name }, ({ status }) =>
    Boolean(status?.clusterName),
  );
  return found.status?.clusterName ?? '';
};

describe('a provisioning cluster', () => {
  it('gets a management cluster that says whose it is, and the objects every cluster has', async () => {
    await provision('lab', {}, { 'field.cattle.io/creatorId': 'u-maker' });
    const id = await idOf('lab');
    const cluster = await drover.client.get(managementClusters, { name: id });
    expect(cluster.spec).toMatchObject({ displayName: 'lab', importedConfig: {}, fleetWorkspaceName: 'fleet-default' });
    expect(cluster.metadata.annotations).toMatchObject({
      'objectset.rio.cattle.io/owner-namespace': 'fleet-default',
      'objectset.rio.cattle.io/owner-name': 'lab',
      'provisioning.cattle.io/administrated': 'false',
    });
    const waiting = await when(managementClusters, { name: id }, ({ status }) => (status?.conditions?.length ?? 0) > 0);
    expect(waiting.status?.conditions?.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'BackingNamespaceCreated',
        'DefaultProjectCreated',
        'SystemProjectCreated',
        'CreatorMadeOwner',
        'Connected',
        'Ready',
      ]),
    );
    const { items } = await drover.client.list(projects, { namespace: id });
    expect(items.map(({ spec }) => spec?.displayName).sort()).toEqual(['Default', 'System']);
    const binding = await drover.client.get(clusterRoleTemplateBindings, {
      namespace: id,
      name: 'creator-cluster-owner',
    });
    expect(binding).toMatchObject({ userName: 'u-maker', roleTemplateName: 'cluster-owner' });
  });

  it('does not make its maker its owner again once somebody has taken that away', async () => {
    const made = { type: 'CreatorMadeOwner', status: 'True' } as const;
    const maker = { metadata: { annotations: { 'field.cattle.io/creatorId': 'u-maker' } } };
    const { client } = drover;
    const cluster = await client.get(managementClusters, { name: await idOf('lab') });
    const binding = { namespace: cluster.metadata.name, name: 'creator-cluster-owner' };
    await client.delete(clusterRoleTemplateBindings, binding);
    expect(cluster).toMatchObject(maker);
    await makeSideObjects(client, { ...cluster, status: { conditions: [made] } });
    await expect(client.get(clusterRoleTemplateBindings, binding)).rejects.toThrow(/not found/);
  });

  it('whose maker is not known has no owner but the administrators', async () => {
    await provision('nobodys');
    const id = await idOf('nobodys');
    await when(managementClusters, { name: id }, ({ status }) => (status?.conditions?.length ?? 0) > 0);
    expect((await drover.client.list(clusterRoleTemplateBindings, { namespace: id })).items).toEqual([]);
  });

  it('may choose its id, but not that of another cluster', async () => {
    const chosen = { 'provisioning.cattle.io/management-cluster-name': 'c-m-abcd2345' };
    await provision('first', {}, chosen);
    expect(await idOf('first')).toBe('c-m-abcd2345');
    await provision('second', {}, chosen);
    const refused = await when(provisioningClusters, { namespace: 'fleet-default', name: 'second' }, ({ status }) =>
      Boolean(status?.conditions),
    );
    expect(refused.status?.clusterName).toBeUndefined();
    expect(refused.status?.conditions?.[0]?.message).toContain('belongs to fleet-default/first');
  });

  it('that asks for machines says that there are none to be had', async () => {
    await provision('machines', { rkeConfig: {} });
    const refused = await when(provisioningClusters, { namespace: 'fleet-default', name: 'machines' }, ({ status }) =>
      Boolean(status?.conditions),
    );
    expect(refused.status?.conditions?.[0]).toMatchObject({ type: 'Created', status: 'False' });
    expect(refused.status?.conditions?.[0]?.message).toContain('spec.rkeConfig');
  });

  it('takes its management cluster along, and everything of it', async () => {
    await provision('short');
    const id = await idOf('short');
    await when(clusterRegistrationTokens, { namespace: id, name: 'default-token' }, ({ status }) =>
      Boolean(status?.token),
    );
    await drover.client.delete(provisioningClusters, { namespace: 'fleet-default', name: 'short' });
    await gone(provisioningClusters, { namespace: 'fleet-default', name: 'short' });
    for (const [kind, ref] of [
      [managementClusters, { name: id }],
      [namespaces, { name: id }],
      [clusterRegistrationTokens, { namespace: id, name: 'default-token' }],
    ] as const) {
      await expect(drover.client.get<KubeObject>(kind, ref)).rejects.toMatchObject({ reason: 'NotFound' });
    }
    expect((await drover.client.list(projects, { namespace: id })).items).toEqual([]);
  });
});

it('a management cluster that came first gets a provisioning cluster named after its id', async () => {
  await drover.client.create(managementClusters, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Cluster',
    metadata: { name: 'c-abcde' },
    spec: { displayName: 'From Terraform', fleetWorkspaceName: 'fleet-default' },
  });
  expect(await idOf('c-abcde')).toBe('c-abcde');
});

describe('a registration token', () => {
  it('that a user makes gets its URL, and keeps its text when the server’s URL changes', async () => {
    await provision('registered');
    const id = await idOf('registered');
    const ref = { namespace: id, name: 'by-hand' };
    await drover.client.create(clusterRegistrationTokens, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'ClusterRegistrationToken',
      metadata: ref,
      spec: { clusterName: id },
    });
    const { status } = await when(clusterRegistrationTokens, ref, (token) => Boolean(token.status?.manifestUrl));
    expect(status?.token).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{54}$/);
    expect(status?.manifestUrl).toBe(`https://drover.example/v3/import/${status?.token}_${id}.yaml`);
    expect(status?.insecureCommand).toBe(`curl --insecure -sfL ${status?.manifestUrl} | kubectl apply -f -`);
    await drover.client.patch(
      managementSettings,
      { name: 'server-url' },
      { type: 'merge', patch: { value: 'https://elsewhere.example/' } },
    );
    const moved = await when(
      clusterRegistrationTokens,
      ref,
      (token) => token.status?.manifestUrl?.includes('elsewhere') === true,
    );
    expect(moved.status?.manifestUrl).toBe(`https://elsewhere.example/v3/import/${status?.token}_${id}.yaml`);
  });

  it('leads to the manifest, which is noted on the cluster; anything else leads to one and the same refusal', async () => {
    await provision('fetched');
    const id = await idOf('fetched');
    const { status } = await when(clusterRegistrationTokens, { namespace: id, name: 'default-token' }, (token) =>
      Boolean(token.status?.token),
    );
    const fetch = (file: string) => drover.ask('GET', `/v3/import/${file}`);
    const good = await fetch(`${status?.token}_${id}.yaml`);
    expect([good.status, good.headers['content-type']]).toEqual([200, 'text/plain']);
    const noted = await when(
      managementClusters,
      { name: id },
      (cluster) => cluster.status?.conditions?.some(({ reason }) => reason === 'WaitingForAgent') === true,
    );
    expect(noted.status?.conditions?.find(({ type }) => type === 'Connected')?.message).toContain('by 127.0.0.1');
    const refusals = await Promise.all(
      [`x_${id}.yaml`, `${status?.token}_c-m-zzzzzzzz.yaml`, 'x_y.yaml', `${status?.token}x_${id}.yaml`].map(fetch),
    );
    for (const { status: code, text } of refusals)
      expect([code, text]).toEqual([400, 'cluster not found or invalid token']);
    expect((await fetch('nothing')).status).toBe(404);
  });
});
