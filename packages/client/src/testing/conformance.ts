import { ApiError, type CustomResourceDefinition, defineKind, type KubeObject, type WatchEvent } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../client.js';

/** A kind with a status subresource, of which the suite is the only user. */
export interface Widget extends KubeObject {
  spec?: { size?: number; colour?: string };
  status?: { phase?: string };
}

/** The kind `Widget`. */
export const widgets = defineKind<Widget>({
  group: 'conformance.drover.io',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
});

/** The definition that a real server needs before the suite can run. */
export const widgetDefinition: CustomResourceDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.conformance.drover.io' },
  spec: {
    group: 'conformance.drover.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', properties: { size: { type: 'integer' }, colour: { type: 'string' } } },
              status: { type: 'object', properties: { phase: { type: 'string' } } },
            },
          },
        },
      },
    ],
  },
};

/** A server that serves `widgets`, and a namespace of it that nobody else uses. */
export interface ConformanceTarget extends AsyncDisposable {
  readonly client: Client;
  readonly namespace: string;
}

/** What controllers rely on, the same for the fake client and for a client of any real server. */
export function clientConformance(name: string, open: () => Promise<ConformanceTarget>): void {
  describe(`${name} behaves as a Kubernetes API`, () => {
    let target: ConformanceTarget;
    let client: Client;
    beforeAll(async () => {
      target = await open();
      client = target.client;
    });
    afterAll(() => target[Symbol.asyncDispose]());

    const widget = (widgetName: string, spec: Widget['spec'] = {}, labels: Record<string, string> = {}): Widget => ({
      apiVersion: 'conformance.drover.io/v1',
      kind: 'Widget',
      metadata: { namespace: target.namespace, name: widgetName, labels },
      spec,
    });
    const ref = (widgetName: string) => ({ namespace: target.namespace, name: widgetName });
    const reason = async (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => 'no error',
        (error: unknown) => (error instanceof Error && 'reason' in error ? String(error.reason) : String(error)),
      );

    it('says NotFound for what does not exist', async () => {
      expect(await reason(client.get(widgets, ref('nobody')))).toBe('NotFound');
      expect(await reason(client.delete(widgets, ref('nobody')))).toBe('NotFound');
    });

    it('fills in what the server knows when an object is created', async () => {
      const made = await client.create(widgets, { ...widget('filled'), status: { phase: 'forged' } });
      expect(made.metadata).toMatchObject({
        generation: 1,
        uid: expect.any(String),
        resourceVersion: expect.any(String),
      });
      expect(made.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(made.status).toBeUndefined();
    });

    it('makes a name from generateName', async () => {
      const { metadata, ...rest } = widget('unused');
      const { name: _, ...unnamed } = metadata;
      const made = await client.create(widgets, { ...rest, metadata: { ...unnamed, generateName: 'made-' } });
      expect(made.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
    });

    it('refuses a second object of the same name', async () => {
      await client.create(widgets, widget('twice'));
      expect(await reason(client.create(widgets, widget('twice')))).toBe('AlreadyExists');
    });

    it('refuses a write that has not seen the newest form', async () => {
      const first = await client.create(widgets, widget('raced', { size: 1 }));
      await client.update(widgets, { ...first, spec: { size: 2 } });
      expect(await reason(client.update(widgets, { ...first, spec: { size: 3 } }))).toBe('Conflict');
      expect((await client.get(widgets, ref('raced'))).spec).toEqual({ size: 2 });
    });

    it('gives no new revision to a write that changes nothing', async () => {
      const made = await client.create(widgets, widget('still', { size: 1 }));
      const again = await client.update(widgets, made);
      expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    });

    it('counts changes of the spec, and no others, in generation', async () => {
      const made = await client.create(widgets, widget('counted', { size: 1 }));
      const labelled = await client.update(widgets, { ...made, metadata: { ...made.metadata, labels: { a: 'b' } } });
      const resized = await client.update(widgets, { ...labelled, spec: { size: 2 } });
      expect([labelled.metadata.generation, resized.metadata.generation]).toEqual([1, 2]);
    });

    it('keeps spec and status apart', async () => {
      const made = await client.create(widgets, widget('split', { size: 1 }));
      const reported = await client.update(
        widgets,
        { ...made, spec: { size: 9 }, status: { phase: 'Ready' } },
        { subresource: 'status' },
      );
      expect([reported.spec, reported.status]).toEqual([{ size: 1 }, { phase: 'Ready' }]);
      const { status: _, ...withoutStatus } = reported;
      const resized = await client.update(widgets, { ...withoutStatus, spec: { size: 2 } });
      expect([resized.spec, resized.status]).toEqual([{ size: 2 }, { phase: 'Ready' }]);
    });

    it('merges a merge patch, null removing a field', async () => {
      await client.create(widgets, widget('patched', { size: 1, colour: 'red' }));
      const patched = await client.patch(widgets, ref('patched'), {
        type: 'merge',
        patch: { spec: { colour: null, size: 2 } },
      });
      expect(patched.spec).toEqual({ size: 2 });
    });

    it('removes by apply what the same manager applied before and applies no more', async () => {
      const bare = { ...widget('applied'), metadata: ref('applied') };
      await client.apply(widgets, { ...bare, spec: { size: 1, colour: 'red' } }, { fieldManager: 'conformance' });
      const applied = await client.apply(widgets, { ...bare, spec: { size: 2 } }, { fieldManager: 'conformance' });
      expect(applied.spec).toEqual({ size: 2 });
    });

    it('changes nothing in a dry run', async () => {
      await client.create(widgets, widget('imagined'), { dryRun: true });
      expect(await reason(client.get(widgets, ref('imagined')))).toBe('NotFound');
    });

    it('keeps an object with a finalizer until that is removed', async () => {
      const made = await client.create(widgets, {
        ...widget('held'),
        metadata: { ...ref('held'), finalizers: ['conformance.drover.io/hold'] },
      });
      await client.delete(widgets, ref('held'));
      const held = await client.get(widgets, ref('held'));
      expect(held.metadata.deletionTimestamp).toBeDefined();
      expect(held.metadata.uid).toBe(made.metadata.uid);
      await client.update(widgets, { ...held, metadata: { ...held.metadata, finalizers: [] } });
      expect(await reason(client.get(widgets, ref('held')))).toBe('NotFound');
    });

    it('deletes only the object that the precondition means', async () => {
      await client.create(widgets, widget('meant'));
      const uid = '00000000-0000-0000-0000-000000000000';
      expect(await reason(client.delete(widgets, ref('meant'), { preconditions: { uid } }))).toBe('Conflict');
    });

    it('lists by labels and fields', async () => {
      await client.create(widgets, widget('red-1', {}, { colour: 'red', shop: 'a' }));
      await client.create(widgets, widget('red-2', {}, { colour: 'red', shop: 'b' }));
      await client.create(widgets, widget('blue-1', {}, { colour: 'blue' }));
      const names = async (options: { labelSelector?: string; fieldSelector?: string }) =>
        (await client.list(widgets, { namespace: target.namespace, ...options })).items.map(
          (item) => item.metadata.name,
        );
      expect(await names({ labelSelector: 'colour=red' })).toEqual(['red-1', 'red-2']);
      expect(await names({ labelSelector: 'colour in (red,blue),!shop' })).toEqual(['blue-1']);
      expect(await names({ labelSelector: 'colour=red,shop!=a' })).toEqual(['red-2']);
      expect(await names({ fieldSelector: 'metadata.name=red-1' })).toEqual(['red-1']);
    });

    it('cuts the pages of a list from one revision', async () => {
      for (const letter of ['a', 'b', 'c']) await client.create(widgets, widget(`page-${letter}`, {}, { page: 'yes' }));
      const options = { namespace: target.namespace, labelSelector: 'page=yes', limit: 2 };
      const first = await client.list(widgets, options);
      await client.create(widgets, widget('page-d', {}, { page: 'yes' }));
      const second = await client.list(widgets, { ...options, continue: first.metadata.continue ?? '' });
      expect([...first.items, ...second.items].map(({ metadata }) => metadata.name)).toEqual([
        'page-a',
        'page-b',
        'page-c',
      ]);
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
      expect(second.metadata.continue ?? '').toBe('');
    });

    it('tells a watch of every later change once and in order', async () => {
      const { metadata } = await client.list(widgets, { namespace: target.namespace });
      const made = await client.create(widgets, widget('seen', { size: 1 }, { watched: 'yes' }));
      const changed = await client.update(widgets, { ...made, spec: { size: 2 } });
      await client.update(widgets, { ...changed, metadata: { ...changed.metadata, labels: { watched: 'no' } } });
      await client.create(widgets, widget('unseen', {}, { watched: 'no' }));
      await client.create(widgets, widget('seen-last', {}, { watched: 'yes' }));
      await client.delete(widgets, ref('seen-last'));
      const seen = await take(5, (signal) =>
        client.watch(widgets, {
          namespace: target.namespace,
          labelSelector: 'watched=yes',
          resourceVersion: metadata.resourceVersion,
          signal,
        }),
      );
      expect(seen).toEqual(['ADDED seen', 'MODIFIED seen', 'DELETED seen', 'ADDED seen-last', 'DELETED seen-last']);
    });

    it('refuses to watch from a revision that is no revision', async () => {
      const failure = await take(1, (signal) =>
        client.watch(widgets, { namespace: target.namespace, resourceVersion: 'yesterday', signal }),
      ).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ApiError);
    });
  });
}

async function take(
  count: number,
  watch: (signal: AbortSignal) => AsyncIterable<WatchEvent<Widget>>,
): Promise<string[]> {
  const ended = new AbortController();
  const seen: string[] = [];
  for await (const event of watch(ended.signal)) {
    if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
    seen.push(`${event.type} ${event.object.metadata.name}`);
    if (seen.length === count) break;
  }
  ended.abort();
  return seen;
}
