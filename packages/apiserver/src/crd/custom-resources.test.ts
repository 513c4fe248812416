import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type AskOptions, ask, events, next } from '../testing/ask.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const merge: AskOptions = { headers: { 'content-type': 'application/merge-patch+json' } };

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer();
});
afterAll(() => test[Symbol.asyncDispose]());

const send = (method: string, url: string, body?: object, options?: AskOptions): Promise<Answer> =>
  ask(test.server, method, url, body, options);

const version = (name: string, more: object = {}) => ({
  name,
  served: true,
  storage: false,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          required: ['cores'],
          properties: { cores: { type: 'integer', minimum: 1 }, flavor: { type: 'string', default: 'plain' } },
        },
        status: { type: 'object', properties: { phase: { type: 'string' }, replicas: { type: 'integer' } } },
      },
    },
  },
  ...more,
});

/** A definition of `plural`; `more` replaces parts of its spec. */
const definition = (plural: string, kind: string, more: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.lab.drover.io` },
  spec: {
    group: 'lab.drover.io',
    scope: 'Namespaced',
    names: { plural, kind },
    versions: [version('v1', { storage: true, subresources: { status: {} } })],
    ...more,
  },
});
const at = (plural: string, version = 'v1') => `/apis/lab.drover.io/${version}/namespaces/default/${plural}`;
const object = (kind: string, name: string, spec: object, version = 'v1') => ({
  apiVersion: `lab.drover.io/${version}`,
  kind,
  metadata: { name },
  spec,
});

describe('a definition', () => {
  it('is established by the answer that it is stored, and its kind is served at once', async () => {
    const { status, body } = await send('POST', DEFINITIONS, definition('disks', 'Disk'));
    expect(status).toBe(201);
    const conditions = body['status']!['conditions'] as unknown as { type: string; status: string }[];
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'NamesAccepted=True',
      'Established=True',
    ]);
    expect(body['spec']!['names']).toMatchObject({ singular: 'disk', listKind: 'DiskList' });
    expect((await send('GET', at('disks'))).body['kind']).toBe('DiskList');
  });

  it.each([
    ['a name that is not its plural and group', { ...definition('a', 'A'), metadata: { name: 'b.lab.drover.io' } }],
    ['no storage version', definition('b', 'B', { versions: [version('v1')] })],
    ['no schema', definition('c', 'C', { versions: [{ name: 'v1', served: true, storage: true }] })],
    ['a group that is no domain', { ...definition('d', 'D', { group: 'lab' }), metadata: { name: 'd.lab' } }],
    [
      'a conversion webhook',
      definition('e', 'E', { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'] } } }),
    ],
    [
      'a schema that is not structural',
      definition('f', 'F', {
        versions: [
          { ...version('v1'), storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { x: {} } } } },
        ],
      }),
    ],
  ])('with %s is refused', async (_what, body) => {
    expect((await send('POST', DEFINITIONS, body)).status).toBe(422);
  });

  it('that wants a name of another waits for it', async () => {
    await send('POST', DEFINITIONS, definition('nets', 'Net'));
    const { body } = await send('POST', DEFINITIONS, definition('nets2', 'Net'));
    const conditions = body['status']!['conditions'] as unknown as { type: string; status: string }[];
    expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'NamesAccepted=False',
      'Established=False',
    ]);
    expect((await send('GET', at('nets2'))).status).toBe(404);
    const watch = events(test.server, `${DEFINITIONS}?watch=true&fieldSelector=metadata.name%3Dnets2.lab.drover.io`);
    await next(watch);
    await send('DELETE', `${DEFINITIONS}/nets.lab.drover.io`);
    await next(watch);
    await watch.return(undefined);
    expect((await send('GET', at('nets2'))).status).toBe(200);
  });

  it('may not change what its objects hang on', async () => {
    await send('POST', DEFINITIONS, definition('fixed', 'Fixed'));
    const change = { spec: { scope: 'Cluster' } };
    expect((await send('PATCH', `${DEFINITIONS}/fixed.lab.drover.io`, change, merge)).status).toBe(422);
  });

  it('goes after its objects, finalizers and all, and its kind with it', async () => {
    await send('POST', DEFINITIONS, definition('leases', 'Lease'));
    await send('POST', at('leases'), {
      ...object('Lease', 'a', { cores: 1 }),
      metadata: { name: 'a', finalizers: ['x.io/y'] },
    });
    const watch = events(test.server, `${DEFINITIONS}?watch=true&fieldSelector=metadata.name%3Dleases.lab.drover.io`);
    await next(watch);
    await send('DELETE', `${DEFINITIONS}/leases.lab.drover.io`);
    expect((await send('POST', at('leases'), object('Lease', 'b', { cores: 1 }))).status).toBe(405);
    expect((await send('GET', `${at('leases')}/a`)).body['metadata']!['deletionTimestamp']).toBeDefined();
    await send('PATCH', `${at('leases')}/a`, { metadata: { finalizers: null } }, merge);
    for (let event = await next(watch); event['type'] !== ('DELETED' as unknown); ) event = await next(watch);
    await watch.return(undefined);
    expect((await send('GET', at('leases'))).status).toBe(404);
  });

  it('appears in discovery and OpenAPI, and goes from both', async () => {
    const listed = async (): Promise<boolean> => (await send('GET', '/apis')).text.includes('"live.drover.io"');
    const published = async (): Promise<boolean> =>
      (await send('GET', '/openapi/v3')).text.includes('apis/live.drover.io/v1');
    const body = {
      ...definition('lives', 'Live', { group: 'live.drover.io' }),
      metadata: { name: 'lives.live.drover.io' },
    };
    await send('POST', DEFINITIONS, body);
    expect([await listed(), await published()]).toEqual([true, true]);
    const document = await send('GET', '/openapi/v3/apis/live.drover.io/v1');
    expect(document.body['components']!['schemas']!['io.drover.live.v1.Live']!['properties']!['spec']).toBeDefined();
    const watch = events(test.server, `${DEFINITIONS}?watch=true&fieldSelector=metadata.name%3Dlives.live.drover.io`);
    await next(watch);
    await send('DELETE', `${DEFINITIONS}/lives.live.drover.io`);
    for (let event = await next(watch); event['type'] !== ('DELETED' as unknown); ) event = await next(watch);
    await watch.return(undefined);
    expect([await listed(), await published()]).toEqual([false, false]);
  });
});

describe('a custom object', () => {
  it('is defaulted, pruned and validated by its schema', async () => {
    await send('POST', DEFINITIONS, definition('vms', 'Vm'));
    const { body } = await send('POST', at('vms'), object('Vm', 'a', { cores: 2, bogus: 1 }));
    expect(body['spec']).toEqual({ cores: 2, flavor: 'plain' });
    const refused = await send('POST', at('vms'), object('Vm', 'b', { cores: 0 }));
    expect([refused.status, refused.body['details']!['causes']![0]!['field']]).toEqual([422, 'spec.cores']);
    expect((await send('POST', at('vms'), object('Vm', 'c', {}))).body['message']).toContain(
      'spec.cores: Required value',
    );
  });

  it('is refused where an apply says null and no default is for it', async () => {
    await send('POST', DEFINITIONS, definition('fans', 'Fan'));
    const apply = (spec: object, metadata: object = {}): Promise<Answer> => {
      const fan = object('Fan', 'fan', spec);
      const headers = { 'content-type': 'application/apply-patch+yaml' };
      const body = { ...fan, metadata: { ...fan.metadata, ...metadata } };
      return send('PATCH', `${at('fans')}/fan?fieldManager=m`, body, { headers });
    };
    const { status, body } = await apply({ cores: null });
    expect([status, body['message']]).toEqual([
      422,
      'Fan.lab.drover.io "fan" is invalid: spec.cores: Invalid value: "null": spec.cores in body must be of type integer: "null"',
    ]);
    const taken = await apply({ cores: 1, flavor: null }, { labels: null, annotations: null });
    expect([taken.status, taken.body['spec']]).toEqual([201, { cores: 1, flavor: 'plain' }]);
    expect((await apply({ cores: null })).status).toBe(422);
  });

  it('is held to the rules of its schema, also to those about the change', async () => {
    const rules = [
      { rule: 'self.cores <= 8', message: 'no more than 8 cores' },
      { rule: 'self.cores >= oldSelf.cores', message: 'cores never shrink' },
    ];
    const spec = {
      type: 'object',
      properties: { cores: { type: 'integer' } },
      required: ['cores'],
      'x-kubernetes-validations': rules,
    };
    const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
    const versions = [{ name: 'v1', served: true, storage: true, schema }];
    await send('POST', DEFINITIONS, definition('ruled', 'Ruled', { versions }));
    const many = await send('POST', at('ruled'), object('Ruled', 'a', { cores: 9 }));
    expect(many.body['message']).toContain('no more than 8');
    expect((await send('POST', at('ruled'), object('Ruled', 'a', { cores: 4 }))).status).toBe(201);
    const shrink = await send('PATCH', `${at('ruled')}/a`, { spec: { cores: 2 } }, merge);
    expect([shrink.status, shrink.body['message']]).toEqual([422, expect.stringContaining('cores never shrink')]);
  });

  it('has a status of its own, that others do not write', async () => {
    await send('POST', DEFINITIONS, definition('hosts', 'Host'));
    const made = await send('POST', at('hosts'), { ...object('Host', 'a', { cores: 2 }), status: { phase: 'Lies' } });
    expect(made.body['status']).toBeUndefined();
    const told = await send(
      'PATCH',
      `${at('hosts')}/a/status`,
      { status: { phase: 'Ready' }, spec: { cores: 9 } },
      merge,
    );
    expect([told.body['status'], told.body['spec']!['cores'], told.body['metadata']!['generation']]).toEqual([
      { phase: 'Ready' },
      2,
      1,
    ]);
  });

  it('must say which revision a PUT means', async () => {
    await send('POST', DEFINITIONS, definition('puts', 'Put'));
    await send('POST', at('puts'), object('Put', 'a', { cores: 1 }));
    const { status, body } = await send('PUT', `${at('puts')}/a`, object('Put', 'a', { cores: 2 }));
    expect([status, body['message']]).toEqual([422, expect.stringContaining('must be specified for an update')]);
  });

  it('takes no strategic patch', async () => {
    await send('POST', DEFINITIONS, definition('strats', 'Strat'));
    await send('POST', at('strats'), object('Strat', 'a', { cores: 1 }));
    const strategic = { headers: { 'content-type': 'application/strategic-merge-patch+json' } };
    expect((await send('PATCH', `${at('strats')}/a`, {}, strategic)).status).toBe(415);
  });

  it('is served in each version, whichever it was written in', async () => {
    const versions = [version('v1', { storage: true }), version('v2'), version('v1beta1', { served: false })];
    await send('POST', DEFINITIONS, definition('multis', 'Multi', { versions }));
    await send('POST', at('multis', 'v2'), object('Multi', 'a', { cores: 1 }, 'v2'));
    expect((await send('GET', `${at('multis', 'v1')}/a`)).body['apiVersion']).toBe('lab.drover.io/v1');
    expect((await send('GET', at('multis', 'v2'))).body['items']![0 as unknown as string]!['apiVersion']).toBe(
      'lab.drover.io/v2',
    );
    expect((await send('GET', at('multis', 'v1beta1'))).status).toBe(404);
  });

  it('is scaled where its definition says', async () => {
    const scale = { specReplicasPath: '.spec.cores', statusReplicasPath: '.status.replicas' };
    const versions = [version('v1', { storage: true, subresources: { status: {}, scale } })];
    await send('POST', DEFINITIONS, definition('scales', 'Scaled', { versions }));
    await send('POST', at('scales'), object('Scaled', 'a', { cores: 1 }));
    const { body } = await send('GET', `${at('scales')}/a/scale`);
    expect(body).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { replicas: 0 } });
    await send('PUT', `${at('scales')}/a/scale`, { ...body, spec: { replicas: 5 } });
    expect((await send('GET', `${at('scales')}/a`)).body['spec']!['cores']).toBe(5);
  });

  it('is shown in the columns of its definition', async () => {
    const additionalPrinterColumns = [{ name: 'Cores', type: 'integer', jsonPath: '.spec.cores' }];
    const versions = [version('v1', { storage: true, additionalPrinterColumns })];
    await send('POST', DEFINITIONS, definition('shows', 'Show', { versions }));
    await send('POST', at('shows'), object('Show', 'a', { cores: 3 }));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const { body } = await send('GET', at('shows'), undefined, { headers: { accept } });
    expect(body['columnDefinitions']).toMatchObject([{ name: 'Name' }, { name: 'Cores' }]);
    expect(body['rows']).toMatchObject([{ cells: ['a', 3], object: { kind: 'PartialObjectMetadata' } }]);
  });

  it('of a deprecated version comes with a warning', async () => {
    const versions = [version('v1', { storage: true, deprecated: true })];
    await send('POST', DEFINITIONS, definition('olds', 'Old', { versions }));
    expect((await send('GET', at('olds'))).headers['warning']).toEqual(['299 - "lab.drover.io/v1 Old is deprecated"']);
  });

  it('of a deprecated version is told which version is newer', async () => {
    const versions = [version('v1', { storage: true }), version('v2beta1'), version('v1beta1', { deprecated: true })];
    await send('POST', DEFINITIONS, definition('elders', 'Elder', { versions }));
    expect((await send('GET', at('elders', 'v1beta1'))).headers['warning']).toEqual([
      '299 - "lab.drover.io/v1beta1 Elder is deprecated; use lab.drover.io/v1 Elder"',
    ]);
  });
});
