import type { JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { valueAt } from '../cluster/answer.js';
import { define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { configMap, container, pod, service } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

const quotas = ({ core }: Scene, ...rest: string[]): string => core('resourcequotas', ...rest);

/** Sets a quota and waits until the server counts by it. */
async function limit(scene: Scene, name: string, hard: JsonObject, more: JsonObject = {}): Promise<void> {
  await scene.api.post(quotas(scene), { metadata: { name }, spec: { hard, ...more } });
  await using watch = await scene.api.watch(quotas(scene), { fieldSelector: `metadata.name=${name}` });
  await watch.until(({ object }) => valueAt(object, 'status.used') !== undefined);
}

const used = async (scene: Scene, name: string) => (await scene.api.get(quotas(scene, name))).at('status.used');

const sized = (name: string, cpu: string, memory: string): JsonObject =>
  pod(
    name,
    {},
    { containers: [container('app', { resources: { requests: { cpu, memory }, limits: { cpu, memory } } })] },
  );

suite('resource quotas', ({ promises }) => {
  promises('count objects, and refuse one too many', async (scene) => {
    const { api, core } = scene;
    await limit(scene, 'secrets', { 'count/secrets': '1' });
    expect((await api.post(core('secrets'), { metadata: { name: 'one' } })).status).toBe(201);
    const two = await api.post(core('secrets'), { metadata: { name: 'two' } });
    expect(two.outcome).toBe('403 Forbidden');
    expect(two.textAt('message')).toBe(
      'secrets "two" is forbidden: exceeded quota: secrets, requested: count/secrets=1, used: count/secrets=1, limited: count/secrets=1',
    );
    expect(await used(scene, 'secrets')).toEqual({ 'count/secrets': '1' });
    await api.delete(core('resourcequotas', 'secrets'));
  });

  promises('count custom kinds as well', async (scene) => {
    const tools = await define(scene, 'hammers', specSchema({}));
    const counted = `count/hammers.${tools.group}`;
    await scene.api.post(quotas(scene), { metadata: { name: 'hammers' }, spec: { hard: { [counted]: '1' } } });
    // kube-controller-manager finds new kinds once in half a minute, and counts then.
    const counting = await eventually(
      () => used(scene, 'hammers'),
      (counts) => counts !== undefined,
      90_000,
    );
    expect(counting).toEqual({ [counted]: '0' });
    await scene.api.post(tools.path(), tools.object('one'));
    const refused = await eventually(
      () => scene.api.post(tools.path(), tools.object('two'), { query: { dryRun: 'All' } }),
      ({ status }) => status === 403,
    );
    expect(refused.textAt('message')).toContain(`exceeded quota: hammers, requested: ${counted}=1`);
  });

  promises('give back what is deleted', async (scene) => {
    const { api, core } = scene;
    await limit(scene, 'services', { services: '1' });
    await api.post(core('services'), service('one', { clusterIP: 'None' }));
    await api.delete(core('services', 'one'));
    await using watch = await api.watch(quotas(scene), { fieldSelector: 'metadata.name=services' });
    await watch.until(({ object }) => valueAt(object, 'status.used.services') === '0');
    expect((await api.post(core('services'), service('two', { clusterIP: 'None' }))).status).toBe(201);
    await api.delete(core('resourcequotas', 'services'));
  });

  promises('sum the requests and limits of Pods', async (scene) => {
    const { api, core } = scene;
    await limit(scene, 'compute', { 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '5' });
    expect((await api.post(core('pods'), sized('first', '600m', '512Mi'))).status).toBe(201);
    const much = await api.post(core('pods'), sized('second', '500m', '512Mi'));
    expect(much.outcome).toBe('403 Forbidden');
    expect(much.textAt('message')).toContain(
      'exceeded quota: compute, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
    );
    expect((await api.post(core('pods'), sized('third', '400m', '512Mi'))).status).toBe(201);
    expect(await used(scene, 'compute')).toEqual({ 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '2' });
    const silent = await api.post(core('pods'), pod('silent'));
    expect(silent.textAt('message')).toContain('failed quota: compute: must specify');
    await api.delete(core('resourcequotas', 'compute'));
    await api.delete(core('pods'), {}, { gracePeriodSeconds: '0' });
  });

  promises('may be for Pods of a scope only', async (scene) => {
    const { api, core } = scene;
    await limit(scene, 'best-effort', { pods: '0' }, { scopes: ['BestEffort'] });
    expect((await api.post(core('pods'), pod('careless'))).outcome).toBe('403 Forbidden');
    expect((await api.post(core('pods'), sized('careful', '100m', '16Mi'))).status).toBe(201);
    await api.delete(core('resourcequotas', 'best-effort'));
  });

  promises('hold when many come at once', async (scene) => {
    const { api, core } = scene;
    await limit(scene, 'rush', { 'count/configmaps': '20' });
    const there = (await api.get(core('configmaps'))).names.length;
    const names = Array.from({ length: 40 }, (_, index) => `rush-${index}`);
    const answers = await Promise.all(names.map((name) => api.post(core('configmaps'), configMap(name))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20 - there);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 403]));
    await api.delete(core('resourcequotas', 'rush'));
  });

  promises('are whole numbers of what others count', async ({ api, core }) => {
    const hard = {
      'example.com/x': '0.5',
      'count/pods': '1500m',
      pods: '1.5',
      'requests.example.com/x': '0.5',
      cpu: '0.5',
    };
    const refused = await api.post(core('resourcequotas'), { metadata: { name: 'parts' }, spec: { hard } });
    expect(refused.outcome).toBe('422 Invalid');
    expect([...refused.causes].sort()).toEqual([
      'spec.hard[count/pods]',
      'spec.hard[example.com/x]',
      'spec.hard[pods]',
    ]);
    expect(refused.textAt('message')).toContain('must be an integer');
  });

  promises('are validated', async (scene) => {
    const bad = await scene.api.post(quotas(scene), {
      metadata: { name: 'bad' },
      spec: { hard: { 'requests.cpu': '-1' } },
    });
    expect(bad.outcome).toBe('422 Invalid');
    expect(bad.causes).toEqual(['spec.hard[requests.cpu]']);
  });
});

suite('limit ranges', ({ promises }) => {
  promises('fill in what a container does not say, and bound what it says', async ({ api, core }) => {
    const limits = [
      {
        type: 'Container',
        default: { cpu: '500m', memory: '256Mi' },
        defaultRequest: { cpu: '100m', memory: '64Mi' },
        max: { cpu: '1', memory: '1Gi' },
        min: { cpu: '10m', memory: '8Mi' },
      },
    ];
    await api.post(core('limitranges'), { metadata: { name: 'limits' }, spec: { limits } });
    const filled = await api.post(core('pods'), pod('filled'));
    expect(filled.at('spec.containers.0.resources')).toEqual({
      limits: { cpu: '500m', memory: '256Mi' },
      requests: { cpu: '100m', memory: '64Mi' },
    });
    const much = await api.post(core('pods'), sized('much', '2', '64Mi'));
    expect(much.outcome).toBe('403 Forbidden');
    expect(much.textAt('message')).toContain('maximum cpu usage per Container is 1, but limit is 2');
    const little = await api.post(core('pods'), sized('little', '1m', '64Mi'));
    expect(little.textAt('message')).toContain('minimum cpu usage per Container is 10m, but request is 1m');
  });
});
