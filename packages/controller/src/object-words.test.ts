import { randomBytes } from 'node:crypto';
import { type ConfigMap, configMaps, type Deployment, deployments } from '@drover/api';
import { createFakeClient } from '@drover/client/fake';
import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { findCondition, isConditionTrue, setCondition, setRancherCondition } from './condition.js';
import { updateWithRetry } from './conflict.js';
import { createIfAbsent, createOrUpdate, updateStatus } from './create-or-update.js';
import { addFinalizer, removeFinalizer } from './finalizer.js';
import { controllerOf, isOwnedBy, ownerReference } from './owner.js';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const ref = { namespace: 'default', name: 'a' };
const configMap = (data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...ref },
  data,
});

function setting() {
  const writes: string[] = [];
  const client = createFakeClient({
    clock: new FakeClock(NOON),
    random: randomBytes,
    withoutStatus: ['configmaps'],
    before: ({ verb }) => {
      if (verb !== 'get') writes.push(verb);
    },
  });
  return { client, writes };
}

describe('a condition', () => {
  it('moves its transition time only when its status changes', () => {
    const first = setCondition(undefined, { type: 'Ready', status: 'False', reason: 'A' }, NOON);
    const reworded = setCondition(first, { type: 'Ready', status: 'False', reason: 'B' }, NOON + 60_000);
    const turned = setCondition(reworded, { type: 'Ready', status: 'True' }, NOON + 120_000);
    expect([...first, ...reworded, ...turned].map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
      '2026-01-01T12:00:00Z',
      '2026-01-01T12:00:00Z',
      '2026-01-01T12:02:00Z',
    ]);
    expect(isConditionTrue(turned, 'Ready')).toBe(true);
  });

  it("in Rancher's form moves its update time when anything changes, and stays as it is otherwise", () => {
    const observed = { type: 'Connected', status: 'True' as const, message: '' };
    const first = setRancherCondition(undefined, observed, NOON);
    expect(setRancherCondition(first, observed, NOON + 60_000)).toEqual(first);
    const reworded = setRancherCondition(first, { ...observed, message: 'since noon' }, NOON + 60_000);
    expect(findCondition(reworded, 'Connected')).toEqual({
      ...observed,
      message: 'since noon',
      lastUpdateTime: '2026-01-01T12:01:00Z',
      lastTransitionTime: '2026-01-01T12:00:00Z',
    });
  });

  it('keeps its place among the others', () => {
    const both = setCondition(
      setCondition([], { type: 'A', status: 'True' }, NOON),
      { type: 'B', status: 'True' },
      NOON,
    );
    expect(setCondition(both, { type: 'A', status: 'False' }, NOON).map(({ type }) => type)).toEqual(['A', 'B']);
  });
});

describe('createOrUpdate', () => {
  it('creates what is absent, updates what differs, and leaves what is right', async () => {
    const { client, writes } = setting();
    const want = (value: string) =>
      createOrUpdate(client, configMaps, configMap(), (object) => {
        object.data = { key: value };
      });
    await want('1');
    await want('1');
    const last = await want('2');
    expect([writes, last.data]).toEqual([['create', 'update'], { key: '2' }]);
  });
});

describe('updateWithRetry', () => {
  it('tries again when somebody else was faster, and gives up when that does not end', async () => {
    const { client } = setting();
    await client.create(configMaps, configMap());
    let rivals = 2;
    const result = await updateWithRetry(client, configMaps, ref, (object) => {
      object.data = { mine: 'yes' };
      if (rivals > 0) object.metadata.resourceVersion = '0';
      rivals -= 1;
      return object;
    });
    expect(result.data).toEqual({ mine: 'yes' });
    const hopeless = updateWithRetry(client, configMaps, ref, (object) => {
      object.metadata.resourceVersion = '0';
      return object;
    });
    await expect(hopeless).rejects.toMatchObject({ reason: 'Conflict' });
  });
});

describe('createIfAbsent', () => {
  it('gives back the one that exists', async () => {
    const { client } = setting();
    await client.create(configMaps, configMap({ first: 'yes' }));
    expect((await createIfAbsent(client, configMaps, configMap({ second: 'yes' }))).data).toEqual({ first: 'yes' });
  });
});

describe('updateStatus', () => {
  it('writes the status, and only when it changed', async () => {
    const { client, writes } = setting();
    const deployment: Deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...ref },
      spec: { selector: {}, template: {} },
    };
    await client.create(deployments, deployment);
    const report = () =>
      updateStatus(client, deployments, ref, (object) => {
        object.status = { replicas: 1 };
      });
    await report();
    expect((await report()).status).toEqual({ replicas: 1 });
    expect(writes).toEqual(['create', 'update']);
  });
});

describe('a finalizer', () => {
  it('holds back the deletion until it is removed, and may be removed from what is gone', async () => {
    const { client } = setting();
    await client.create(configMaps, configMap());
    await addFinalizer(client, configMaps, ref, 'drover.io/test');
    await addFinalizer(client, configMaps, ref, 'drover.io/test');
    await client.delete(configMaps, ref);
    expect((await client.get(configMaps, ref)).metadata.finalizers).toEqual(['drover.io/test']);
    await removeFinalizer(client, configMaps, ref, 'drover.io/test');
    await removeFinalizer(client, configMaps, ref, 'drover.io/test');
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({ reason: 'NotFound' });
  });
});

describe('an owner reference', () => {
  it('names the owner by uid, and one of them as the controller', async () => {
    const { client } = setting();
    const owner = await client.create(configMaps, configMap());
    const owned = {
      ...configMap(),
      metadata: { ...ref, name: 'b', ownerReferences: [ownerReference(configMaps, owner)] },
    };
    expect(controllerOf(owned)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'a',
      uid: owner.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    });
    expect(isOwnedBy(owned, owner)).toBe(true);
    expect(
      controllerOf({
        ...owned,
        metadata: { ...ref, ownerReferences: [ownerReference(configMaps, owner, { controller: false })] },
      }),
    ).toBeUndefined();
  });
});
