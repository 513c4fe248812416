import { limitRanges, namespaces, resourceQuotas } from '@drover/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openQuotaWorld, type QuotaWorld } from '../testing/quota-world.js';
import { NAMESPACE_QUOTA } from './quota-objects.js';

let world: QuotaWorld;
let asked: string[] = [];
beforeEach(async () => {
  asked = [];
  world = await openQuotaWorld(['p-one', 'p-two'], ({ verb, kind }) => void asked.push(`${verb} ${kind?.plural}`));
});
afterEach(() => world[Symbol.dispose]());

const hard = async (): Promise<Record<string, unknown>> =>
  Object.fromEntries((await world.quotas()).map(({ metadata, spec }) => [metadata.namespace, spec?.hard]));
const told = async (name: string): Promise<Record<string, string>> => {
  const { metadata } = await world.namespace(name);
  const { Conditions } = JSON.parse(metadata.annotations?.['cattle.io/status'] ?? '{"Conditions":[]}');
  return Object.fromEntries(
    (Conditions as Record<string, string>[]).map(({ Type, Status, Message }) => [Type, `${Status} ${Message}`.trim()]),
  );
};
const used = async (name: string) => (await world.project(name)).spec?.resourceQuota?.usedLimit;
const conditions = async (name: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    ((await world.project(name)).status?.conditions ?? []).map(({ type, status, message = '' }) => [
      type,
      `${status} ${message}`.trim(),
    ]),
  );

describe('a project with a quota', () => {
  beforeEach(async () => {
    await world.limit('p-one', { limitsCpu: '4', pods: '10' }, { limitsCpu: '1', pods: '5' });
  });

  it('gives each namespace the default share, in Rancher’s object', async () => {
    await world.place('red', 'p-one');
    await world.settle();
    const [quota] = await world.quotas();
    expect(quota?.metadata).toMatchObject({
      namespace: 'red',
      name: expect.stringMatching(/^default-[a-z0-9]{5}$/),
      labels: {
        'resourcequota.management.cattle.io/default-resource-quota': 'true',
        'cattle.io/creator': 'norman',
      },
    });
    expect(await hard()).toEqual({ red: { 'limits.cpu': '1', pods: '5' } });
    expect((await world.namespace('red')).metadata.annotations?.[NAMESPACE_QUOTA]).toBe(
      '{"limit":{"pods":"5","limitsCpu":"1"}}',
    );
    expect(await told('red')).toEqual({ ResourceQuotaInit: 'True', ResourceQuotaValidated: 'True' });
    expect(await used('p-one')).toEqual({ limitsCpu: '1', pods: '5' });
  });

  it('gives a namespace nothing of what it has less left of than asked for, and says so', async () => {
    await world.place('red', 'p-one', { limitsCpu: '3', pods: '1' });
    await world.settle();
    await world.place('blue', 'p-one', { limitsCpu: '2', pods: '1' });
    await world.settle();
    expect(await hard()).toEqual({
      red: { 'limits.cpu': '3', pods: '1' },
      blue: { 'limits.cpu': '0', pods: '1' },
    });
    const words = 'the project has less left than limits.cpu=2: the namespace has limits.cpu=0 instead';
    expect((await told('blue'))['ResourceQuotaValidated']).toBe(`False ${words}`);
    expect((await conditions('p-one'))['ResourceQuotaValidated']).toBe(`False namespace blue: ${words}`);
    expect(await used('p-one')).toEqual({ limitsCpu: '3', pods: '2' });
  });

  it('gives it as soon as another gives back enough', async () => {
    await world.place('red', 'p-one', { limitsCpu: '3', pods: '1' });
    await world.place('blue', 'p-one', { limitsCpu: '2', pods: '1' });
    await world.settle();
    await world.cluster.delete(namespaces, { name: 'red' });
    for (const { metadata } of (await world.quotas()).filter(({ metadata: { namespace } }) => namespace === 'red'))
      await world.cluster.delete(resourceQuotas, metadata);
    await world.settle();
    expect(await hard()).toEqual({ blue: { 'limits.cpu': '2', pods: '1' } });
    expect((await told('blue'))['ResourceQuotaValidated']).toBe('True');
  });

  it('leaves a namespace that asks for more than there is what it had', async () => {
    await world.place('red', 'p-one', { limitsCpu: '2', pods: '1' });
    await world.settle();
    await world.place('red', 'p-one', { limitsCpu: '5', pods: '1' });
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '2', pods: '1' } });
  });

  it('is not made smaller than what its namespaces have', async () => {
    await world.place('red', 'p-one', { limitsCpu: '3', pods: '1' });
    await world.settle();
    expect(await world.limit('p-one', { limitsCpu: '2', pods: '10' }, { limitsCpu: '1', pods: '5' })).toBe(
      'is less than the namespaces of the project have together: limits.cpu=3; lower their shares first',
    );
  });

  it('takes its shares away with the quota, and what it said about them', async () => {
    await world.place('red', 'p-one');
    await world.settle();
    await world.limit('p-one', undefined);
    await world.settle();
    expect(await world.quotas()).toEqual([]);
    expect(await told('red')).toEqual({});
    expect(await conditions('p-one')).toEqual({});
    expect(await used('p-one')).toEqual({});
  });

  it('puts back what somebody changed or removed in a namespace', async () => {
    await world.place('red', 'p-one');
    await world.settle();
    const [quota] = await world.quotas();
    if (quota === undefined) throw new Error('there is no quota');
    await world.cluster.update(resourceQuotas, { ...quota, spec: { hard: { 'limits.cpu': '100' } } });
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '1', pods: '5' } });
    await world.cluster.delete(resourceQuotas, quota.metadata);
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '1', pods: '5' } });
  });

  it('leaves alone what Harvester raised while a machine moves', async () => {
    await world.place('red', 'p-one');
    await world.settle();
    const [quota] = await world.quotas();
    if (quota === undefined) throw new Error('there is no quota');
    const raised = {
      ...quota,
      metadata: { ...quota.metadata, annotations: { 'harvesterhci.io/migratingUID-1': '{}' } },
      spec: { hard: { 'limits.cpu': '2', pods: '6' } },
    };
    await world.cluster.update(resourceQuotas, raised);
    await world.settle();
    expect(await hard()).toEqual({ red: raised.spec.hard });
    expect(await used('p-one')).toEqual({ limitsCpu: '1', pods: '5' });
  });

  it('tells what its namespaces use of it', async () => {
    await world.place('red', 'p-one');
    await world.place('blue', 'p-one');
    await world.settle();
    for (const quota of await world.quotas()) {
      const status = { hard: quota.spec?.hard ?? {}, used: { 'limits.cpu': '500m', pods: '5' } };
      await world.cluster.update(resourceQuotas, { ...quota, status }, { subresource: 'status' });
    }
    await world.settle();
    expect((await conditions('p-one'))['ResourceQuotaAvailable']).toBe(
      'False used pods=10,limits.cpu=1 of pods=10,limits.cpu=4',
    );
  });

  it('does not write again what is as it should be', async () => {
    await world.containers('p-one', { limitsCpu: '0.5' });
    await world.place('red', 'p-one');
    await world.settle();
    const [quota] = await world.quotas();
    if (quota === undefined) throw new Error('there is no quota');
    await world.cluster.update(
      resourceQuotas,
      { ...quota, status: { used: { pods: '1' } } },
      { subresource: 'status' },
    );
    asked = [];
    await world.settle();
    expect(asked.filter((each) => !each.startsWith('watch'))).toEqual(['list resourcequotas']);
  });

  it('does not take the word of a namespace that cannot be read', async () => {
    await world.place('red', 'p-one', { limitsCpu: 'lots', pods: '1' });
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '1', pods: '1' } });
    expect((await told('red'))['ResourceQuotaValidated']).toBe(
      'False limitsCpu: "lots" is not a quantity such as 500m, 2 or 4Gi: the project\'s default counts',
    );
  });

  it('takes the place of another server’s quota in a namespace that becomes its own', async () => {
    await world.place('red', undefined);
    await world.cluster.create(resourceQuotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: {
        namespace: 'red',
        name: 'default-xxxxx',
        labels: { 'resourcequota.management.cattle.io/default-resource-quota': 'true' },
      },
      spec: { hard: { pods: '1' } },
    });
    await world.place('red', 'p-one');
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '1', pods: '5' } });
    expect(await world.quotas()).toHaveLength(1);
  });
});

describe('a namespace that moves to another project', () => {
  beforeEach(async () => {
    await world.limit('p-one', { limitsCpu: '4' }, { limitsCpu: '1' });
    await world.place('red', 'p-one', { limitsCpu: '2' });
    await world.settle();
  });

  it('has its share there', async () => {
    await world.limit('p-two', { limitsCpu: '3', pods: '5' }, { limitsCpu: '1', pods: '5' });
    await world.place('red', 'p-two');
    await world.settle();
    expect(await hard()).toEqual({ red: { 'limits.cpu': '2', pods: '5' } });
    expect(await used('p-one')).toEqual({});
    expect(await used('p-two')).toEqual({ limitsCpu: '2', pods: '5' });
  });

  it('has no quota where there is none', async () => {
    await world.place('red', 'p-two');
    await world.settle();
    expect(await world.quotas()).toEqual([]);
    expect(await told('red')).toEqual({});
  });
});

describe('what containers get by default', () => {
  it('is the project’s, or the namespace’s own, in a LimitRange', async () => {
    await world.place('red', 'p-one');
    await world.place('blue', 'p-one');
    await world.containers('p-one', { limitsCpu: '0.5', requestsMemory: '64Mi' });
    await world.cluster.patch(
      namespaces,
      { name: 'blue' },
      {
        type: 'merge',
        patch: { metadata: { annotations: { 'field.cattle.io/containerDefaultResourceLimit': '{"limitsCpu":"2"}' } } },
      },
    );
    await world.settle();
    const { items } = await world.cluster.list(limitRanges);
    expect(Object.fromEntries(items.map(({ metadata, spec }) => [metadata.namespace, spec?.limits]))).toEqual({
      red: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '500m', memory: '64Mi' } }],
      blue: [{ type: 'Container', default: { cpu: '2' }, defaultRequest: { cpu: '2' } }],
    });
    await world.containers('p-one', {});
    await world.settle();
    expect((await world.cluster.list(limitRanges)).items.map(({ metadata }) => metadata.namespace)).toEqual(['blue']);
  });
});
