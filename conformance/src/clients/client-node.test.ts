import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  ListWatch,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { expect, inject } from 'vitest';
import { cuttableWay } from '../cluster/cuttable-way.js';
import { define, specSchema } from '../cluster/definition.js';
import { eventually } from '../cluster/eventually.js';
import { configMap } from '../cluster/objects.js';
import { type Scene, suite } from '../suite.js';

/** The configuration of the cluster under test, on another way to it where one is given. */
function configured(url?: string): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(inject('target')?.kubeconfig ?? '');
  config.clusters = config.clusters.map((cluster) => ({ ...cluster, server: url ?? cluster.server }));
  return config;
}

const core = (): CoreV1Api => configured().makeApiClient(CoreV1Api);

/** A watch that the server ends after a second. */
class ShortWatch extends Watch {
  override watch(path: string, query: Parameters<Watch['watch']>[1], ...rest: Rest): Promise<AbortController> {
    return super.watch(path, { ...query, timeoutSeconds: 1 }, ...rest);
  }
}
type Rest = [callback: Parameters<Watch['watch']>[2], done: Parameters<Watch['watch']>[3]];

/** An informer of the suite's ConfigMaps, and how often it has begun to watch. */
function informer({ namespace }: Scene, config: KubeConfig, watch: Watch) {
  const api = config.makeApiClient(CoreV1Api);
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const list = () => api.listNamespacedConfigMap({ namespace });
  const informer = new ListWatch<V1ConfigMap>(path, watch, list, false);
  const seen = { begun: 0, failed: 0 };
  informer.on('connect', () => {
    seen.begun += 1;
  });
  // As its documentation has it: who is told of an error starts anew.
  informer.on('error', () => {
    seen.failed += 1;
    void informer.start();
  });
  return {
    informer,
    seen,
    async [Symbol.asyncDispose]() {
      await informer.stop();
    },
  };
}

suite('@kubernetes/client-node', ({ promises }) => {
  promises('creates, reads, replaces and deletes', async ({ namespace }) => {
    const api = core();
    const made = await api.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'plain' }, data: { a: '1' } },
    });
    expect(made.metadata?.creationTimestamp).toBeInstanceOf(Date);
    await api.replaceNamespacedConfigMap({ name: 'plain', namespace, body: { ...made, data: { a: '2' } } });
    expect((await api.readNamespacedConfigMap({ name: 'plain', namespace })).data).toEqual({ a: '2' });
    expect((await api.deleteNamespacedConfigMap({ name: 'plain', namespace })).status).toBe('Success');
  });

  promises('is told by the code and the Status of a refusal', async ({ namespace }) => {
    const refusal = await core()
      .readNamespacedConfigMap({ name: 'absent', namespace })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ApiException);
    expect(refusal).toMatchObject({ code: 404, body: expect.stringContaining('configmaps \\"absent\\" not found') });
  });

  promises('patches in all four ways', async ({ namespace }) => {
    const api = core();
    const name = 'patched';
    await api.createNamespacedConfigMap({ namespace, body: { metadata: { name } } });
    const patch = (strategy: PatchStrategy, body: object) =>
      api.patchNamespacedConfigMap(
        {
          name,
          namespace,
          body,
          fieldManager: 'client-node',
        },
        setHeaderOptions('Content-Type', strategy),
      );
    await patch(PatchStrategy.JsonPatch, [{ op: 'add', path: '/data', value: { json: '1' } }]);
    await patch(PatchStrategy.MergePatch, { data: { merge: '2' } });
    await patch(PatchStrategy.StrategicMergePatch, { data: { strategic: '3' } });
    const applied = configMap(name, { applied: '4' });
    const { data } = await patch(PatchStrategy.ServerSideApply, applied);
    expect(data).toEqual({ json: '1', merge: '2', strategic: '3', applied: '4' });
  });

  promises('reads a list in pages', async ({ namespace }) => {
    const api = core();
    for (const name of ['p1', 'p2', 'p3']) {
      await api.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { paged: 'yes' } } } });
    }
    const first = await api.listNamespacedConfigMap({ namespace, labelSelector: 'paged', limit: 2 });
    const _continue = first.metadata?._continue ?? 'nothing';
    const second = await api.listNamespacedConfigMap({ namespace, labelSelector: 'paged', limit: 2, _continue });
    expect([first, second].map(({ items }) => items.map(({ metadata }) => metadata?.name))).toEqual([
      ['p1', 'p2'],
      ['p3'],
    ]);
  });

  promises('handles custom kinds, by their paths and by discovery', async (scene) => {
    const { namespace } = scene;
    const { group, object } = await define(scene, 'crates', specSchema({ size: { type: 'integer' } }));
    const byPath = configured().makeApiClient(CustomObjectsApi);
    const where = { group, version: 'v1', namespace, plural: 'crates' };
    await byPath.createNamespacedCustomObject({ ...where, body: object('one', { spec: { size: 1 } }) });
    const byDiscovery = KubernetesObjectApi.makeApiClient(configured());
    await byDiscovery.create(object('two', { spec: { size: 2 } }, { namespace }));
    const { items } = await byDiscovery.list(`${group}/v1`, 'Crate', namespace);
    expect(items.map(({ metadata }) => metadata?.name)).toEqual(['one', 'two']);
    expect(await byPath.getNamespacedCustomObject({ ...where, name: 'two' })).toMatchObject({ spec: { size: 2 } });
  });

  promises('watches until it is told to stop', async ({ namespace }) => {
    const seen: string[] = [];
    const ended = new Promise<unknown>((resolve, reject) => {
      new Watch(configured())
        .watch(
          `/api/v1/namespaces/${namespace}/configmaps`,
          { labelSelector: 'watched', timeoutSeconds: 20 },
          (phase: string, { metadata }: V1ConfigMap) => {
            seen.push(`${phase} ${metadata?.name}`);
            if (phase === 'DELETED') resolve(undefined);
          },
          reject,
        )
        .then(async (stop) => {
          const api = core();
          const body = { metadata: { name: 'watched', labels: { watched: 'yes' } } };
          await api.createNamespacedConfigMap({ namespace, body });
          await api.deleteNamespacedConfigMap({ name: 'watched', namespace });
          await ended;
          stop.abort();
        })
        .catch(reject);
    });
    await ended;
    expect(seen).toEqual(['ADDED watched', 'DELETED watched']);
  });

  promises('has an informer that goes on where the server ended its watch', async (scene) => {
    const { api, core: path } = scene;
    const config = configured();
    await using followed = informer(scene, config, new ShortWatch(config));
    const { seen } = followed;
    await followed.informer.start();
    for (let round = 1; round <= 3; round++) {
      await eventually(
        async () => seen.begun,
        (begun) => begun > round,
      );
      await api.post(path('configmaps'), configMap(`round-${round}`));
    }
    const held = await eventually(
      async () => followed.informer.list(scene.namespace).map(({ metadata }) => metadata?.name),
      (names) => names.includes('round-3'),
    );
    expect(held).toEqual(expect.arrayContaining(['round-1', 'round-2', 'round-3']));
    expect(seen.failed).toBe(0);
  });

  promises('has an informer that misses nothing when its connection is cut', async (scene) => {
    const { api, core: path } = scene;
    await using way = await cuttableWay(api.server);
    const config = configured(way.url);
    await using followed = informer(scene, config, new Watch(config));
    await followed.informer.start();
    await api.post(path('configmaps'), configMap('before-the-cut'));
    const holds = (name: string) =>
      eventually(
        async () => followed.informer.get(name, scene.namespace) !== undefined,
        (there) => there,
      );
    expect(await holds('before-the-cut')).toBe(true);
    way.cut();
    await api.post(path('configmaps'), configMap('after-the-cut'));
    expect(await holds('after-the-cut')).toBe(true);
    expect(followed.seen.begun).toBeGreaterThan(1);
  });
});
