import { describe, expect, it } from 'vitest';
import { ask, events, type Loose, next } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';
import { openWebhookServer, type Webhook, type WebhookServer } from '../testing/webhook-server.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const things = (version: string): string => `/apis/example.org/${version}/namespaces/default/things`;
const text = { type: 'string' };

const definition = (clientConfig: object, storage = 'v1') => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'things.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
    conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
    versions: [
      { name: 'v1', fields: { host: text, port: text } },
      { name: 'v2', fields: { address: text, extra: { type: 'string', default: 'given' } } },
    ].map(({ name, fields }) => ({
      name,
      served: true,
      storage: name === storage,
      subresources: { status: {} },
      selectableFields: name === 'v2' ? [{ jsonPath: '.spec.address' }] : [],
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: fields } } } },
    })),
  },
});

/** `host` and `port` of v1 are `address` in v2. */
const convert: Webhook = (document) => answer(document, (object) => converted(object));

function answer(document: Loose, each: (object: Loose) => object): object {
  const { uid, objects } = document['request'] as Loose;
  const convertedObjects = (objects as unknown as Loose[]).map(each);
  return {
    kind: 'ConversionReview',
    apiVersion: document['apiVersion'],
    response: { uid, result: { status: 'Success' }, convertedObjects },
  };
}

function converted(object: Loose): object {
  const { host, port, address } = { ...object['spec'] } as unknown as Record<string, string>;
  if (address === undefined) {
    return { ...object, apiVersion: 'example.org/v2', spec: { address: `${host}:${port}` } };
  }
  const [first, second] = address.split(':');
  return { ...object, apiVersion: 'example.org/v1', spec: { host: first, port: second } };
}

const v1 = (name: string) => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name },
  spec: { host: 'a', port: '1' },
});
const v2 = (name: string, address = 'b:2') => ({
  apiVersion: 'example.org/v2',
  kind: 'Thing',
  metadata: { name },
  spec: { address },
});

async function withThings(
  webhook: Webhook,
  work: (test: TestServer, hook: WebhookServer) => Promise<void>,
): Promise<void> {
  await using test = await openTestServer();
  await using hook = await openWebhookServer(test.server, webhook);
  const made = await ask(test.server, 'POST', DEFINITIONS, definition(hook.client()));
  if (made.status !== 201) throw new Error(made.text);
  await work(test, hook);
}

describe('a kind whose versions a webhook converts', () => {
  it('is written in one version and read in another, with the defaults of each', () =>
    withThings(convert, async ({ server }) => {
      const written = await ask(server, 'POST', things('v2'), v2('x'));
      expect([written.status, written.body['apiVersion'], written.body['spec']]).toEqual([
        201,
        'example.org/v2',
        { address: 'b:2', extra: 'given' },
      ]);
      const read = await ask(server, 'GET', `${things('v1')}/x`);
      expect([read.body['apiVersion'], read.body['spec']]).toEqual(['example.org/v1', { host: 'b', port: '2' }]);
    }));

  it('is listed with one call for many objects, and selected by the fields of the version that is asked for', () =>
    withThings(convert, async ({ server }, hook) => {
      for (const name of ['x', 'y', 'z']) await ask(server, 'POST', things('v1'), v1(name));
      await ask(server, 'POST', things('v2'), v2('w'));
      hook.asked.length = 0;
      const { body } = await ask(server, 'GET', things('v2'));
      expect((body['items'] as unknown as Loose[]).map(({ spec }) => spec?.['address'])).toEqual([
        'b:2',
        'a:1',
        'a:1',
        'a:1',
      ]);
      expect(hook.asked).toHaveLength(1);
      const selected = await ask(server, 'GET', `${things('v2')}?fieldSelector=spec.address=b:2`);
      expect((selected.body['items'] as unknown as Loose[]).map(({ metadata }) => metadata?.['name'])).toEqual(['w']);
    }));

  it('is watched in the version that is asked for, in order', () =>
    withThings(convert, async ({ server }) => {
      await ask(server, 'POST', things('v1'), v1('x'));
      const watcher = events(server, `${things('v2')}?watch=1`);
      expect(await next(watcher)).toMatchObject({ type: 'ADDED', object: { spec: { address: 'a:1' } } });
      await ask(server, 'PUT', `${things('v2')}/x`, {
        ...v2('x'),
        metadata: {
          name: 'x',
          resourceVersion: (await ask(server, 'GET', `${things('v2')}/x`)).body['metadata']?.['resourceVersion'],
        },
      });
      await ask(server, 'DELETE', `${things('v1')}/x`);
      expect(await next(watcher)).toMatchObject({ type: 'MODIFIED', object: { spec: { address: 'b:2' } } });
      expect(await next(watcher)).toMatchObject({ type: 'DELETED', object: { apiVersion: 'example.org/v2' } });
      await watcher.return(undefined);
    }));

  it('is patched in the version of the patch', () =>
    withThings(convert, async ({ server }) => {
      await ask(server, 'POST', things('v1'), v1('x'));
      const patched = await ask(
        server,
        'PATCH',
        `${things('v2')}/x`,
        { spec: { address: 'c:3' } },
        {
          headers: { 'content-type': 'application/merge-patch+json' },
        },
      );
      expect(patched.body['spec']).toEqual({ address: 'c:3', extra: 'given' });
      expect((await ask(server, 'GET', `${things('v1')}/x`)).body['spec']).toEqual({ host: 'c', port: '3' });
    }));

  it('keeps what is stored in an older version readable when another one is stored, until it is written again', () =>
    withThings(convert, async ({ server }, hook) => {
      await ask(server, 'POST', things('v1'), v1('x'));
      const present = await ask(server, 'GET', `${DEFINITIONS}/things.example.org`);
      const changed = { ...definition(hook.client(), 'v2'), metadata: present.body['metadata'] };
      const updated = await ask(server, 'PUT', `${DEFINITIONS}/things.example.org`, changed);
      expect(updated.body['status']?.['storedVersions']).toEqual(['v1', 'v2']);
      const { body } = await ask(server, 'GET', `${things('v2')}/x`);
      expect(body['spec']).toEqual({ address: 'a:1', extra: 'given' });
      await ask(server, 'PUT', `${things('v2')}/x`, body);
      hook.asked.length = 0;
      expect((await ask(server, 'GET', `${things('v2')}/x`)).body['spec']).toEqual(body['spec']);
      expect(hook.asked).toEqual([]);
    }));

  it('is deleted without being brought into another version', () =>
    withThings(convert, async ({ server }) => {
      await ask(server, 'POST', things('v2'), {
        ...v2('x'),
        metadata: { name: 'x', finalizers: ['example.org/hold'] },
      });
      const { status, body } = await ask(server, 'DELETE', `${things('v2')}/x`);
      expect([status, body['spec']]).toEqual([200, { address: 'b:2', extra: 'given' }]);
      expect((await ask(server, 'GET', `${things('v1')}/x`)).body['spec']).toEqual({ host: 'b', port: '2' });
    }));

  it.each<[string, Webhook, string]>([
    [
      'fails',
      (document) => ({
        ...answer(document, converted),
        response: { uid: document['request']?.['uid'], result: { status: 'Failed', message: 'no way' } },
      }),
      'failed: no way',
    ],
    [
      'loses objects',
      (document) => ({
        ...answer(document, converted),
        response: { uid: document['request']?.['uid'], result: { status: 'Success' }, convertedObjects: [] },
      }),
      'returned 0 objects, expected 1',
    ],
    [
      'answers another question',
      (document) => ({ ...answer(document, converted), response: { uid: 'x' } }),
      'failed: expected response.uid=',
    ],
    [
      'renames an object',
      (document) =>
        answer(document, (object) => ({ ...converted(object), metadata: { ...object['metadata'], name: 'other' } })),
      'returned invalid object: must have the same name: x != other',
    ],
    [
      'answers in another version',
      (document) => answer(document, (object) => object),
      'returned invalid object at index 0: invalid groupVersion (expected example.org/v2, received example.org/v1)',
    ],
  ])('cannot be read when the webhook %s', (_what, webhook, message) =>
    withThings(webhook, async ({ server }) => {
      await ask(server, 'POST', things('v1'), v1('x'));
      const { status, body } = await ask(server, 'GET', `${things('v2')}/x`);
      expect(status).toBe(500);
      expect(body['message']).toContain(`conversion webhook for example.org/v1, Kind=Thing ${message}`);
    }),
  );

  it('takes labels and annotations from the webhook, and nothing else of the metadata', () =>
    withThings(
      (document) =>
        answer(document, (object) => ({
          ...converted(object),
          metadata: { ...object['metadata'], labels: { by: 'webhook' }, finalizers: ['evil.example.org/hold'] },
        })),
      async ({ server }) => {
        await ask(server, 'POST', things('v1'), v1('x'));
        const { metadata } = (await ask(server, 'GET', `${things('v2')}/x`)).body;
        expect([metadata?.['labels'], metadata?.['finalizers']]).toEqual([{ by: 'webhook' }, undefined]);
      },
    ));

  it('ends a watch with an error when the webhook fails', () =>
    withThings(
      (document) => answer(document, (object) => object),
      async ({ server, store }) => {
        const watcher = events(server, `${things('v2')}?watch=1&resourceVersion=${store.revision}`);
        const told = next(watcher);
        await ask(server, 'POST', things('v1'), v1('x'));
        expect(await told).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 500 } });
        expect((await watcher.next()).done).toBe(true);
        const fromState = events(server, `${things('v2')}?watch=1`);
        expect(await next(fromState)).toMatchObject({ type: 'ERROR' });
        expect((await fromState.next()).done).toBe(true);
      },
    ));
});
