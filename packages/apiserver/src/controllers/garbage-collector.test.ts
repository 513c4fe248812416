import type { KubeObject, OwnerReference } from '@drover/api';
import { FakeClock, silentLog } from '@drover/kit';
import { openMemoryStore, type Store } from '@drover/store';
import { describe, expect, it } from 'vitest';
import type { ServedResource } from '../catalog/catalog.js';
import { WorkQueueMetrics } from '../metrics/work-queue-metrics.js';
import type { StoredObject } from '../registry/core.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { encodeStored } from '../storage/rendering.js';
import type { ControllerContext, Sighting } from './controller.js';
import { GarbageCollector } from './garbage-collector.js';
import { type AnyObject, configMap, TestCluster } from './test-cluster.js';

const MAPS = '/api/v1/namespaces/default/configmaps';
const HOLD = 'example.org/hold';

function ownedBy(owner: AnyObject, more: Partial<OwnerReference> = {}): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    ...more,
  };
}

/** An owner and a dependent that blocks it. */
async function family(
  cluster: TestCluster,
  dependentFinalizers: string[] = [],
): Promise<{ owner: AnyObject; child: AnyObject }> {
  const owner = await cluster.create(MAPS, configMap('owner'));
  const child = await cluster.create(
    MAPS,
    configMap('child', {
      ownerReferences: [ownedBy(owner, { blockOwnerDeletion: true })],
      finalizers: dependentFinalizers,
    }),
  );
  return { owner, child };
}

/** What the Events of the namespace tell. */
async function eventsOf(cluster: TestCluster): Promise<unknown[]> {
  const list = await cluster.get('/api/v1/namespaces/default/events');
  const items = list?.['items'] as { reason: string; involvedObject: object; message: string }[];
  return items.map(({ reason, involvedObject, message }) => ({ reason, involvedObject, message }));
}

/** A store with an owner whose deletion is to leave its dependents, and more of them than are told of in one turn. */
async function leftInHaste(dependents: number): Promise<Store> {
  const store = openMemoryStore({ clock: new FakeClock(0), log: silentLog });
  const maps = collectionPrefix({ group: '', plural: 'configmaps' });
  const put = async (name: string, more: Partial<KubeObject['metadata']>): Promise<AnyObject> => {
    const object = configMap(name, { namespace: 'default', uid: name, ...more });
    await store.create(objectKey(maps, { namespace: 'default', name }), encodeStored(object, 'v1'));
    return object as AnyObject;
  };
  const owner = await put('an-owner', { deletionTimestamp: '1970-01-01T00:00:00Z', finalizers: ['orphan'] });
  for (let index = 0; index < dependents; index += 1)
    await put(`child-${index}`, { ownerReferences: [ownedBy(owner)] });
  return store;
}

const MAP_RESOURCE: ServedResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  verbs: ['delete', 'list', 'watch'],
};

/** An object whose deletion waits until its dependents are free of it. */
const ORPHANING: StoredObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'owner',
    namespace: 'default',
    uid: 'owner',
    resourceVersion: '1',
    creationTimestamp: '1970-01-01T00:00:00Z',
    deletionTimestamp: '1970-01-01T00:00:00Z',
    finalizers: ['orphan'],
  },
};

/** A promise that the test keeps. */
class Told {
  tell: () => void = () => {};
  readonly promise = new Promise<void>((resolve) => {
    this.tell = resolve;
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const sightingOf = (object: StoredObject): Sighting => ({
  type: 'ADDED',
  ref: { namespace: object.metadata.namespace, name: object.metadata.name },
  object,
  mentions: () => true,
});

/** A cluster of one object; `onUpdate` is told which is changed. */
function contextOf(object: StoredObject, onUpdate: (name: string) => void): ControllerContext {
  const unasked = (): never => {
    throw new Error('a collector does not ask for this');
  };
  return {
    clock: new FakeClock(0),
    random: (length) => new Uint8Array(length),
    log: silentLog,
    workQueues: new WorkQueueMetrics(),
    objects: {
      get: () => object,
      list: () => [object],
      watch: unasked,
      sight: unasked,
      follow: unasked,
      create: unasked,
      update: async (_resource, { name }) => {
        onUpdate(name);
        return object;
      },
      delete: unasked,
    },
    catalog: { resources: () => [MAP_RESOURCE], byKind: () => MAP_RESOURCE, subscribe: unasked },
    tokens: { issueForSecret: unasked, onSecretUsed: unasked },
    quotaMeasures: [],
    caPem: '',
    signal: new AbortController().signal,
  };
}

describe('a collector that starts', () => {
  it('knows every dependent before it decides what becomes of an owner', async () => {
    await using cluster = await TestCluster.open(await leftInHaste(600));
    await cluster.untilThere(`${MAPS}/an-owner`, false);
    await cluster.quiet();
    const { items } = (await cluster.get(MAPS)) as unknown as { items: readonly AnyObject[] };
    const left = items.filter(({ metadata }) => metadata.uid === metadata.name);
    expect(left.map(({ metadata }) => metadata.ownerReferences)).toEqual(Array(600).fill(undefined));
  });
});

describe('a collector', () => {
  it('waits for the objects of kinds, too, that come while it waits for others', async () => {
    const [first, second] = [new Told(), new Told()];
    const changed: string[] = [];
    await using collector = new GarbageCollector(contextOf(ORPHANING, (name) => changed.push(name)));
    collector.onCatalog(first.promise);
    collector.onSightings(MAP_RESOURCE, [sightingOf(ORPHANING)]);
    await settled();
    collector.onCatalog(second.promise);
    first.tell();
    await settled();
    expect(changed).toEqual([]);
    second.tell();
    await settled();
    expect(changed).toEqual(['owner']);
  });
});

describe('deleting an owner in the background', () => {
  it('deletes its dependents after it, and theirs', async () => {
    await using cluster = await TestCluster.open();
    const { child } = await family(cluster);
    await cluster.create(MAPS, configMap('grandchild', { ownerReferences: [ownedBy(child)] }));
    await cluster.delete(`${MAPS}/owner`);
    expect(await cluster.get(`${MAPS}/owner`)).toBeUndefined();
    await cluster.untilThere(`${MAPS}/grandchild`, false);
    expect(await cluster.get(`${MAPS}/child`)).toBeUndefined();
  });

  it('reaches dependents of other kinds, and of kinds defined while it runs', async () => {
    await using cluster = await TestCluster.open();
    await cluster.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    });
    const things = '/apis/example.org/v1/namespaces/default/things';
    await cluster.untilThere(things);
    const { owner } = await family(cluster);
    await cluster.create(things, {
      apiVersion: 'example.org/v1',
      kind: 'Thing',
      metadata: { name: 'thing', ownerReferences: [ownedBy(owner)] },
    });
    await cluster.delete(`${MAPS}/owner`);
    await cluster.untilThere(`${things}/thing`, false);
  });

  it('leaves a dependent that another owner holds, and takes the reference away', async () => {
    await using cluster = await TestCluster.open();
    const first = await cluster.create(MAPS, configMap('first'));
    const second = await cluster.create(MAPS, configMap('second'));
    await cluster.create(MAPS, configMap('child', { ownerReferences: [ownedBy(first), ownedBy(second)] }));
    await cluster.delete(`${MAPS}/first`);
    await cluster.until(async () => (await cluster.get(`${MAPS}/child`))?.metadata.ownerReferences?.length === 1);
    expect((await cluster.get(`${MAPS}/child`))?.metadata.ownerReferences?.[0]?.name).toBe('second');
  });
});

describe('deleting an owner in the foreground', () => {
  it('keeps it until the last dependent that blocks it is gone', async () => {
    await using cluster = await TestCluster.open();
    await family(cluster, [HOLD]);
    await cluster.delete(`${MAPS}/owner`, { propagationPolicy: 'Foreground' });
    await cluster.until(async () => (await cluster.get(`${MAPS}/child`))?.metadata.deletionTimestamp !== undefined);
    await cluster.quiet();
    expect((await cluster.get(`${MAPS}/owner`))?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.merge(`${MAPS}/child`, { metadata: { finalizers: null } });
    await cluster.untilThere(`${MAPS}/owner`, false);
  });

  it('does not wait for a dependent that does not block it, but deletes it', async () => {
    await using cluster = await TestCluster.open();
    const owner = await cluster.create(MAPS, configMap('owner'));
    await cluster.create(MAPS, configMap('child', { ownerReferences: [ownedBy(owner)], finalizers: [HOLD] }));
    await cluster.delete(`${MAPS}/owner`, { propagationPolicy: 'Foreground' });
    await cluster.untilThere(`${MAPS}/owner`, false);
    await cluster.until(async () => (await cluster.get(`${MAPS}/child`))?.metadata.deletionTimestamp !== undefined);
  });

  it('goes down the generations: grandchildren first', async () => {
    await using cluster = await TestCluster.open();
    const { child } = await family(cluster);
    const reference = ownedBy(child, { blockOwnerDeletion: true });
    await cluster.create(MAPS, configMap('grandchild', { ownerReferences: [reference], finalizers: [HOLD] }));
    await cluster.delete(`${MAPS}/owner`, { propagationPolicy: 'Foreground' });
    await cluster.until(
      async () => (await cluster.get(`${MAPS}/grandchild`))?.metadata.deletionTimestamp !== undefined,
    );
    expect((await cluster.get(`${MAPS}/child`))?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.merge(`${MAPS}/grandchild`, { metadata: { finalizers: null } });
    await cluster.untilThere(`${MAPS}/owner`, false);
    expect(await cluster.get(`${MAPS}/child`)).toBeUndefined();
  });

  it('ends also when objects own each other in a circle', async () => {
    await using cluster = await TestCluster.open();
    const { child } = await family(cluster);
    await cluster.merge(`${MAPS}/owner`, {
      metadata: { ownerReferences: [ownedBy(child, { blockOwnerDeletion: true })] },
    });
    await cluster.delete(`${MAPS}/owner`, { propagationPolicy: 'Foreground' });
    await cluster.untilThere(`${MAPS}/owner`, false);
    await cluster.untilThere(`${MAPS}/child`, false);
  });
});

describe('deleting an owner and orphaning its dependents', () => {
  it('leaves them, without the reference', async () => {
    await using cluster = await TestCluster.open();
    await family(cluster);
    await cluster.delete(`${MAPS}/owner`, { propagationPolicy: 'Orphan' });
    await cluster.untilThere(`${MAPS}/owner`, false);
    await cluster.quiet();
    expect((await cluster.get(`${MAPS}/child`))?.metadata).not.toHaveProperty('ownerReferences');
  });
});

describe('a dependent whose owner is not there', () => {
  it('is deleted when the owner it names never was', async () => {
    await using cluster = await TestCluster.open();
    const absent = { apiVersion: 'v1', kind: 'ConfigMap', name: 'absent', uid: '00000000-0000-0000-0000-000000000000' };
    await cluster.create(MAPS, configMap('child', { ownerReferences: [absent] }));
    await cluster.untilThere(`${MAPS}/child`, false);
  });

  it('is deleted when another object has the owner’s name', async () => {
    await using cluster = await TestCluster.open();
    const owner = await cluster.create(MAPS, configMap('owner'));
    const earlier = ownedBy(owner, { uid: '00000000-0000-0000-0000-000000000000' });
    await cluster.create(MAPS, configMap('child', { ownerReferences: [earlier] }));
    await cluster.untilThere(`${MAPS}/child`, false);
  });

  it('is deleted when the owner is in another namespace, and an Event tells why', async () => {
    await using cluster = await TestCluster.open();
    const owner = await cluster.create('/api/v1/namespaces/kube-public/configmaps', configMap('owner'));
    const child = await cluster.create(MAPS, configMap('child', { ownerReferences: [ownedBy(owner)] }));
    await cluster.untilThere(`${MAPS}/child`, false);
    await cluster.quiet();
    expect(await eventsOf(cluster)).toEqual([
      {
        reason: 'OwnerRefInvalidNamespace',
        involvedObject: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          namespace: 'default',
          name: 'child',
          uid: child.metadata.uid,
        },
        message: `ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "default"`,
      },
    ]);
  });

  it('stays when it has no namespace and the owner has one, and an Event tells so once', async () => {
    await using cluster = await TestCluster.open();
    const owner = await cluster.create(MAPS, configMap('owner'));
    const child = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'child', ownerReferences: [ownedBy(owner)] } };
    await cluster.create('/api/v1/nodes', child);
    await cluster.quiet();
    await cluster.merge('/api/v1/nodes/child', { metadata: { finalizers: [HOLD] } });
    await cluster.quiet();
    expect(await cluster.get('/api/v1/nodes/child')).toBeDefined();
    expect(await eventsOf(cluster)).toHaveLength(1);
  });

  it('stays when nobody can tell: the owner’s kind is not served', async () => {
    await using cluster = await TestCluster.open();
    const unknown = { apiVersion: 'absent.example.org/v1', kind: 'Absent', name: 'a', uid: '0000' };
    await cluster.create(MAPS, configMap('child', { ownerReferences: [unknown] }));
    await cluster.quiet();
    expect(await cluster.get(`${MAPS}/child`)).toBeDefined();
  });

  it('stays while an owner without a namespace is there, and goes with it', async () => {
    await using cluster = await TestCluster.open();
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    const owner = await cluster.create(roles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'owner' },
      rules: [],
    });
    await cluster.create(MAPS, configMap('child', { ownerReferences: [ownedBy(owner)] }));
    await cluster.quiet();
    expect(await cluster.get(`${MAPS}/child`)).toBeDefined();
    await cluster.delete(`${roles}/owner`);
    await cluster.untilThere(`${MAPS}/child`, false);
  });
});
