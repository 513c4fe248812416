import { once } from 'node:events';
import { type Duplex, PassThrough } from 'node:stream';
import type { AggregatedApi, ApiRequest, ApiResponse, Identity, PathHandler } from '@drover/api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from './audit/event.js';
import { parseAuditPolicy } from './audit/policy-document.js';
import type { AuditSink } from './audit/sink.js';
import { ADMIN, ask, someone } from './testing/ask.js';
import { recordingSink } from './testing/recording-sink.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

const seen: { url: string; name: string; headers: ApiRequest['headers'] }[] = [];
const answer = (request: ApiRequest, identity: Identity) => {
  seen.push({ url: request.url, name: identity.name, headers: request.headers });
  return Promise.resolve({ status: 200, headers: {}, body: Buffer.from('served') });
};

const audit = recordingSink();
/** What else happens while an event is written. */
let meanwhile = async (_stage: Stage): Promise<void> => {};
const sink: AuditSink = {
  plugin: 'recording',
  strict: false,
  lost: 0,
  async write(event) {
    await meanwhile(event.stage);
    return audit.write(event);
  },
};
const everything = parseAuditPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] });
const resource = (name: string) => ({
  name,
  singularName: '',
  namespaced: true,
  kind: 'VirtualMachineInstance',
  verbs: ['get', 'update'],
});
const subresources: AggregatedApi = {
  group: 'subresources.kubevirt.io',
  version: 'v1',
  resources: [resource('virtualmachineinstances/vnc'), resource('virtualmachineinstances/portforward')],
  handle: answer,
  async upgrade(request, identity, socket) {
    await answer(request, identity);
    socket.end('upgraded');
  },
};
const actions: PathHandler = {
  prefix: '/v1/harvester',
  isLongRunning: ({ url }) => url.endsWith('/upload'),
  handle: async (request, identity, authorize) => {
    if (request.method === 'PUT') await once(request.signal, 'abort');
    const { allowed } = authorize({ verb: 'create', group: '', resource: 'configmaps', namespace: 'default' });
    return allowed ? answer(request, identity) : { status: 403, headers: {}, body: new Uint8Array() };
  },
};

let test: TestServer;
beforeAll(async () => {
  test = await openTestServer({
    aggregated: [subresources],
    paths: [actions],
    audit: { policy: everything, sinks: [sink] },
  });
});
afterAll(() => test[Symbol.asyncDispose]());

const vnc = '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/a/vnc';

async function upgrade(
  url: string,
  identity: Identity | undefined,
  headers: Record<string, string> = {},
  socket: Duplex = new PassThrough(),
): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const request = {
    method: 'GET',
    url,
    headers: { host: 'here', ...headers },
    body: nothing(),
    signal: new AbortController().signal,
  };
  const ended = once(socket, 'close');
  await test.server.upgrade(request, socket, new Uint8Array(), identity);
  await ended;
  return text;
}

describe('an aggregated group', () => {
  it('is in discovery, and has an APIService', async () => {
    const { body } = await ask(test.server, 'GET', '/apis/subresources.kubevirt.io/v1');
    expect(body['resources']).toHaveLength(2);
    const service = await ask(
      test.server,
      'GET',
      '/apis/apiregistration.k8s.io/v1/apiservices/v1.subresources.kubevirt.io',
    );
    expect(service.body['status']!['conditions']).toMatchObject([{ type: 'Available', status: 'True' }]);
  });

  it('is served to who RBAC allows, without the headers that say who asks', async () => {
    expect((await ask(test.server, 'GET', vnc, undefined, { as: someone('ann') })).status).toBe(403);
    const headers = { authorization: 'Bearer x', 'impersonate-user': 'ben', 'x-other': 'y' };
    await ask(test.server, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'vnc' },
      rules: [{ verbs: ['get'], apiGroups: ['subresources.kubevirt.io'], resources: ['virtualmachineinstances/vnc'] }],
    });
    await ask(test.server, 'POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'vnc' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'vnc' },
      subjects: [{ kind: 'User', name: 'ben' }],
    });
    expect((await ask(test.server, 'GET', vnc, undefined, { headers })).text).toBe('served');
    expect(seen.at(-1)).toMatchObject({ name: 'ben', headers: { 'x-other': 'y' } });
    expect(Object.keys(seen.at(-1)!.headers)).toEqual(['x-other']);
  });

  it('is asked for what it declares, with what follows it', async () => {
    const forward =
      '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/a/portforward/8080/tcp';
    expect((await ask(test.server, 'GET', forward)).text).toBe('served');
    expect((await ask(test.server, 'GET', `${vnc}x`)).status).toBe(404);
    // Who might not use it is not told whether it is there.
    expect((await ask(test.server, 'GET', `${vnc}x`, undefined, { as: someone('ann') })).status).toBe(403);
    expect(
      (await ask(test.server, 'GET', '/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/a'))
        .status,
    ).toBe(404);
  });

  it('gets the raw connection of an upgrade that RBAC allows', async () => {
    expect(await upgrade(vnc, ADMIN)).toBe('upgraded');
    expect(await upgrade(vnc, someone('ann'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(
      audit.events.slice(-5).map(({ stage, user, responseStatus }) => [stage, user.username, responseStatus?.code]),
    ).toEqual([
      ['RequestReceived', 'admin', undefined],
      ['ResponseStarted', 'admin', 101],
      ['ResponseComplete', 'admin', 101],
      ['RequestReceived', 'ann', undefined],
      ['ResponseComplete', 'ann', 403],
    ]);
  });

  it.each<Stage>(['RequestReceived', 'ResponseStarted'])(
    'gets no connection that closes while %s is written, and none is kept account of',
    async (at) => {
      const socket = new PassThrough();
      meanwhile = async (stage) => {
        if (stage === at) await once(socket.destroy(), 'close');
      };
      const served = seen.length;
      await upgrade(vnc, ADMIN, {}, socket);
      meanwhile = async () => {};
      expect(seen).toHaveLength(served);
      const { text } = await ask(test.server, 'GET', '/metrics');
      expect(text).not.toMatch(/^apiserver_longrunning_requests\{verb="CONNECT",.*\} [1-9]/m);
    },
  );

  it('never sees the token that a browser sends as a subprotocol', async () => {
    const token = /token: "(.+)"/.exec(await test.server.adminKubeconfig('https://x'))?.[1] ?? '';
    const carried = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
    expect(await upgrade(vnc, undefined, { 'sec-websocket-protocol': `${carried}, plain.kubevirt.io` })).toBe(
      'upgraded',
    );
    expect(seen.at(-1)).toMatchObject({
      name: 'system:admin',
      headers: { 'sec-websocket-protocol': 'plain.kubevirt.io' },
    });
  });

  it('is not opened by a page of another origin with a certificate it did not show by itself', async () => {
    expect(await upgrade(vnc, ADMIN, { origin: 'https://elsewhere' })).toMatch(/^HTTP\/1\.1 403 /);
    expect(await upgrade(vnc, ADMIN, { origin: 'https://here' })).toBe('upgraded');
  });

  it('is the only one that takes upgrades', async () => {
    expect(await upgrade('/api/v1/namespaces/default/pods/a/exec', ADMIN)).toMatch(
      /^HTTP\/1\.1 501 .*pods\/exec is not implemented/s,
    );
    expect(await upgrade('/api/v1/namespaces/default/pods/a/exec', someone('ann'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await upgrade('/api/v1/pods?watch=true', ADMIN)).toMatch(
      /watching pods over a WebSocket is not implemented/,
    );
    expect(await upgrade('/healthz', ADMIN)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

describe('a path handler', () => {
  it('is given callers that are known, and asks RBAC in their name', async () => {
    const status = async (as: Identity | 'headers') =>
      (await ask(test.server, 'POST', '/v1/harvester/x?action=y', undefined, { as })).status;
    expect([await status(ADMIN), await status(someone('ann')), await status('headers')]).toEqual([200, 403, 401]);
  });

  it('is not given paths that only begin like its own', async () => {
    expect((await ask(test.server, 'GET', '/v1/harvesters')).status).toBe(404);
  });
});

describe('the time of a request', () => {
  async function* never(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{');
    await new Promise(() => {});
  }
  const post = async (query: string, ms: number): Promise<number> => {
    const { signal } = new AbortController();
    const waiting = test.clock.waiting;
    const request = { method: 'POST', url: `/api/v1/namespaces${query}`, headers: {}, body: never(), signal };
    const answer = test.server.handle(request, ADMIN);
    while (test.clock.waiting === waiting) await new Promise((turn) => setImmediate(turn));
    await test.clock.advance(ms);
    return (await answer).status;
  };

  it('is a minute for paths of others, too, unless they say that it is a transfer', async () => {
    const gone = new AbortController();
    const put = (path: string): Promise<ApiResponse> =>
      test.server.handle({ method: 'PUT', url: path, headers: {}, body: never(), signal: gone.signal }, ADMIN);
    const transfer = put('/v1/harvester/upload');
    const other = put('/v1/harvester/a');
    await test.clock.advance(0);
    await test.clock.advance(60_000);
    expect((await other).status).toBe(504);
    gone.abort();
    expect((await transfer).status).toBe(200);
  });

  it('is a minute, and less where the caller says so', async () => {
    expect([await post('', 60_000), await post('?timeout=1m30s', 60_000), await post('?timeout=1.5s', 1500)]).toEqual([
      504, 504, 504,
    ]);
    const { text } = await ask(test.server, 'GET', '/metrics');
    expect(text).toMatch(/apiserver_request_terminations_total\{verb="POST",.*resource="namespaces",.*code="504"\} 3/);
  });

  it('has to be a duration', async () => {
    const { status, body } = await ask(test.server, 'GET', '/api/v1/namespaces?timeout=soon');
    expect([status, body['message']]).toEqual([
      400,
      'invalid timeout specified in the request URL - time: invalid duration "soon"',
    ]);
  });
});

describe('a large answer', () => {
  const headers = { 'accept-encoding': 'gzip' };
  const maps = '/api/v1/namespaces/default/configmaps';

  it('is packed for who takes gzip: an object, a list, and no watch', async () => {
    const data = { text: 'x'.repeat(200_000) };
    await ask(test.server, 'POST', maps, { metadata: { name: 'large' }, data });
    const encoding = async (path: string): Promise<unknown> => {
      const { signal } = new AbortController();
      const request = { method: 'GET', url: path, headers, body: nothing(), signal };
      const answer = await test.server.handle(request, ADMIN);
      if (!(answer.body instanceof Uint8Array)) await answer.body[Symbol.asyncIterator]().return?.();
      return answer.headers['content-encoding'];
    };
    expect(await encoding(`${maps}/large`)).toBe('gzip');
    expect(await encoding(maps)).toBe('gzip');
    expect(await encoding(`${maps}?watch=true`)).toBeUndefined();
    expect(await encoding('/api/v1/namespaces/default')).toBeUndefined();
  });
});

async function* nothing(): AsyncGenerator<Uint8Array> {}

describe('the plain paths', () => {
  it('tell metrics under the names of upstream', async () => {
    await ask(test.server, 'GET', '/api/v1/namespaces');
    await ask(test.server, 'GET', '/api/v1/secrets', undefined, { as: someone('ann') });
    await ask(test.server, 'GET', '/api/v1/made-up');
    const { text } = await ask(test.server, 'GET', '/metrics');
    const listed = (resource: string, code: number): string =>
      `apiserver_request_total{verb="LIST",dry_run="",group="",version="v1",resource="${resource}",subresource="",scope="cluster",component="apiserver",code="${code}"} `;
    expect(text).toContain(listed('secrets', 403));
    expect(text).toContain(listed('namespaces', 200));
    expect(text).not.toContain('made-up');
    expect(text).toMatch(/apiserver_storage_objects\{resource="clusterroles.rbac.authorization.k8s.io"\} [1-9]/);
    expect(text).toMatch(/nodejs_eventloop_lag_p99_seconds \d/);
  });

  it('tell keys and discovery of tokens', async () => {
    expect((await ask(test.server, 'GET', '/openid/v1/jwks')).body['keys']).toMatchObject([
      { kty: 'EC', alg: 'ES256' },
    ]);
    expect((await ask(test.server, 'GET', '/.well-known/openid-configuration')).body['jwks_uri']).toBe(
      'https://127.0.0.1:6443/openid/v1/jwks',
    );
  });

  it('give discovery in both forms', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const whole = await ask(test.server, 'GET', '/apis', undefined, { headers: { accept } });
    expect(whole.headers['content-type']).toContain('as=APIGroupDiscoveryList');
    expect(whole.body['kind']).toBe('APIGroupDiscoveryList');
    expect((await ask(test.server, 'GET', '/apis')).body['kind']).toBe('APIGroupList');
    expect((await ask(test.server, 'GET', '/api')).body['versions']).toEqual(['v1']);
    expect((await ask(test.server, 'GET', '/apis/none/v1')).status).toBe(404);
    expect(
      (await ask(test.server, 'GET', '/apis', undefined, { headers: { accept: 'application/cbor' } })).status,
    ).toBe(406);
  });

  it('give discovery again only when it has changed', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const { headers } = await ask(test.server, 'GET', '/apis', undefined, { headers: { accept } });
    const kept = { accept, 'if-none-match': String(headers['etag']) };
    expect((await ask(test.server, 'GET', '/apis', undefined, { headers: kept })).status).toBe(304);
    expect((await ask(test.server, 'GET', '/api', undefined, { headers: kept })).status).toBe(200);
  });

  it('tell in which version a kind is stored, by the hash that Kubernetes has for it', async () => {
    const { body } = await ask(test.server, 'GET', '/apis/apps/v1');
    const resources = body['resources'] as unknown as { name: string; storageVersionHash?: string }[];
    expect(resources.find(({ name }) => name === 'deployments')?.storageVersionHash).toBe('8aSe+NMegvE=');
  });

  it('give schemas to keep only under their hash, and tell the present one', async () => {
    const plain = await ask(test.server, 'GET', '/openapi/v3/apis/apps/v1');
    expect(String(plain.headers['cache-control'])).not.toContain('immutable');
    const stale = await ask(test.server, 'GET', '/openapi/v3/apis/apps/v1?hash=STALE');
    expect([stale.status, stale.headers['location']]).toEqual([
      301,
      expect.stringMatching(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{64}$/),
    ]);
  });

  it('give schemas that may be kept for ever', async () => {
    const index = await ask(test.server, 'GET', '/openapi/v3');
    const { serverRelativeURL } = index.body['paths']!['apis/apps/v1'] as unknown as { serverRelativeURL: string };
    const { headers, body } = await ask(test.server, 'GET', serverRelativeURL);
    expect(headers['cache-control']).toContain('immutable');
    expect(body['components']!['schemas']!['io.k8s.api.apps.v1.Deployment']).toBeDefined();
    const again = await ask(test.server, 'GET', serverRelativeURL, undefined, {
      headers: { 'if-none-match': String(headers['etag']) },
    });
    expect(again.status).toBe(304);
  });
});
