import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ADMIN, ask, events, type Loose, next } from '../testing/ask.js';
import { type ExtensionHandlers, type ExtensionServer, openExtensionServer } from '../testing/extension-server.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

const SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const NAME = 'v1.ext.example.org';
const THINGS = '/apis/ext.example.org/v1/namespaces/default/things';

/** A body that is a request, with an identity of the caller's choice. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nhost: ext\r\nx-remote-user: eve\r\n\r\n';

const apiService = (changes: object = {}) => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: NAME },
  spec: {
    group: 'ext.example.org',
    version: 'v1',
    groupPriorityMinimum: 1000,
    versionPriority: 15,
    service: { namespace: 'default', name: 'ext' },
    ...changes,
  },
});

const echo: ExtensionHandlers['request'] = (message, answer) => {
  answer.setHeader('content-type', 'application/json');
  answer.end(JSON.stringify({ url: message.url, method: message.method }));
};

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Waits until the condition of the APIService says so. */
async function condition({ server }: TestServer, reason: string): Promise<Loose> {
  for await (const { object } of events(server, `${SERVICES}?watch=1&fieldSelector=metadata.name=${NAME}`)) {
    const [available] = (object?.['status']?.['conditions'] ?? []) as unknown as Loose[];
    if (available !== undefined && String(available['reason']) === reason) return available;
  }
  throw new Error('the watch has ended');
}

async function addService({ server }: TestServer, port: number): Promise<void> {
  const base = '/api/v1/namespaces/default';
  const metadata = { name: 'ext' };
  const ports = [{ name: 'https', port: 443 }];
  await ask(server, 'POST', `${base}/services`, { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
  const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port }] }];
  await ask(server, 'POST', `${base}/endpoints`, { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets });
}

async function withExtension(
  handlers: ExtensionHandlers,
  work: (test: TestServer, extension: ExtensionServer) => Promise<void>,
): Promise<void> {
  await using test = await openTestServer();
  await using extension = await openExtensionServer(test.server, handlers);
  await addService(test, extension.port);
  await ask(test.server, 'POST', SERVICES, apiService({ caBundle: extension.caBundle }));
  await condition(test, 'Passed');
  await work(test, extension);
}

/** Asks for an upgrade, and answers what came back on the raw connection when that has ended. */
async function upgrade({ server }: TestServer, url: string, ...sent: string[]): Promise<string> {
  let text = '';
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const socket = new Duplex({
    read() {
      const next = sent.shift();
      if (next !== undefined) this.push(next);
    },
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  socket.once('finish', end).once('close', end);
  const headers = { connection: 'Upgrade', upgrade: 'websocket', 'x-remote-user': 'eve' };
  const signal = new AbortController().signal;
  const body = (async function* () {})();
  await server.upgrade({ method: 'GET', url, headers, body, signal }, socket, new Uint8Array(), ADMIN);
  await ended;
  socket.destroy();
  return text;
}

describe('an APIService that names a Service', () => {
  it('says in its condition what is missing on the way to the extension server', async () => {
    await using test = await openTestServer();
    await ask(test.server, 'POST', SERVICES, apiService());
    expect((await condition(test, 'ServiceNotFound'))['message']).toBe('service/ext in "default" is not present');
    const spec = { ports: [{ name: 'https', port: 443 }] };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'ext' }, spec };
    await ask(test.server, 'POST', '/api/v1/namespaces/default/services', service);
    await condition(test, 'EndpointsNotFound');
    const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port: 1 }] }];
    const endpoints = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'ext' }, subsets };
    await ask(test.server, 'POST', '/api/v1/namespaces/default/endpoints', endpoints);
    const failed = await condition(test, 'FailedDiscoveryCheck');
    expect([failed['status'], failed['message']]).toEqual(['False', expect.stringContaining('ECONNREFUSED')]);
    const { status, text } = await ask(test.server, 'GET', THINGS);
    expect([status, text]).toEqual([503, 'service unavailable\n']);
  });

  it('has its requests answered by the extension server, and its resources in discovery', () =>
    withExtension({ request: echo }, async ({ server }) => {
      const { status, body } = await ask(server, 'GET', `${THINGS}/a?pretty=1`);
      expect([status, body]).toEqual([200, { url: `${THINGS}/a?pretty=1`, method: 'GET' }]);
      const list = await ask(server, 'GET', '/apis/ext.example.org/v1');
      expect(list.body['resources']).toMatchObject([
        { name: 'things', shortNames: ['th'] },
        { name: 'things/console' },
      ]);
      const groups = await ask(server, 'GET', '/apis');
      expect(groups.text).toContain('"ext.example.org/v1"');
    }));

  it("publishes the extension server's own OpenAPI document", () =>
    withExtension({ request: echo }, async ({ server }, { got }) => {
      const path = '/openapi/v3/apis/ext.example.org/v1';
      const { body } = await ask(server, 'GET', '/openapi/v3');
      expect(body['paths']).toMatchObject({ 'apis/ext.example.org/v1': { serverRelativeURL: path } });
      expect((await ask(server, 'GET', path)).body).toEqual({ url: path, method: 'GET' });
      expect(got[0]?.headers['x-remote-user']).toBe('system:kube-aggregator');
    }));

  it('has its paths and their schemas in OpenAPI version 2, and is not asked for them again at once', () => {
    const thing = { type: 'object', properties: { at: { $ref: '#/definitions/Time' } } };
    const paths = {
      '/apis/ext.example.org/v1/things': { get: { responses: { 200: { schema: { $ref: '#/definitions/Thing' } } } } },
      '/apis/other.example.org/v1/things': { get: { responses: {} } },
    };
    const document = { swagger: '2.0', paths, definitions: { Thing: thing, Time: { type: 'string' }, Unused: {} } };
    const publish: ExtensionHandlers['request'] = (_message, answer) => answer.end(JSON.stringify(document));
    return withExtension({ request: publish }, async ({ server }, { got }) => {
      const { body, headers } = await ask(server, 'GET', '/openapi/v2');
      expect(body['definitions']).toMatchObject({ Thing: thing, Time: { type: 'string' } });
      expect(body['definitions']).not.toHaveProperty('Unused');
      expect(Object.keys(body['paths']!).filter((path) => path.includes('example.org'))).toEqual([
        '/apis/ext.example.org/v1/things',
      ]);
      expect((await ask(server, 'GET', '/openapi/v2')).headers['etag']).toBe(headers['etag']);
      expect(got.length).toBe(1);
    });
  });

  it('is left out of OpenAPI version 2 while it says nothing that is OpenAPI', () =>
    withExtension({ request: (_message, answer) => answer.end('[') }, async ({ server }) => {
      const { status, text } = await ask(server, 'GET', '/openapi/v2');
      expect([status, text.includes('ext.example.org')]).toEqual([200, false]);
    }));

  it('does not take over a group version that is served here', async () => {
    await using test = await openTestServer();
    const path = `${SERVICES}/v1.apps`;
    const { body } = await ask(test.server, 'GET', path);
    const spec = { ...body['spec'], service: { namespace: 'default', name: 'ext' } };
    expect((await ask(test.server, 'PUT', path, { ...body, spec })).status).toBe(200);
    expect((await ask(test.server, 'GET', '/apis/apps/v1/namespaces/default/deployments')).status).toBe(200);
  });

  it('tells the extension server who asks, and nothing that the caller claims', () =>
    withExtension({ request: echo }, async ({ server }, { got }) => {
      await ask(server, 'GET', THINGS, undefined, {
        as: { name: 'jo', groups: ['a', 'system:masters'], extra: { 'example.org/Scopes': ['x', 'y'] } },
        headers: {
          authorization: 'Bearer secret',
          cookie: 'session=secret',
          connection: 'X-Remote-User, close',
          'x-remote-user': 'eve',
          x_remote_group: 'system:masters',
          'x-remote-extra-scopes': 'all',
          'x-forwarded-for': '10.0.0.1',
          'x-own': 'passes',
        },
      });
      const [{ headersDistinct }] = got as [IncomingMessage];
      expect(headersDistinct['x-remote-user']).toEqual(['jo']);
      expect(headersDistinct['x-remote-group']).toEqual(['a', 'system:masters']);
      expect(headersDistinct['x-remote-extra-example.org%2fscopes']).toEqual(['x', 'y']);
      expect(headersDistinct['x-own']).toEqual(['passes']);
      const seen = JSON.stringify(headersDistinct);
      for (const claimed of ['eve', 'secret', 'all', '10.0.0.1', 'x_remote_group']) expect(seen).not.toContain(claimed);
    }));

  it('tells the extension server as whom the caller acts, which it cannot tell from a caller of its own', () =>
    withExtension({ request: echo }, async ({ server }, { got }) => {
      const headers = { 'impersonate-user': 'jo', 'impersonate-group': 'system:masters', 'impersonate-extra-a': 'b' };
      await ask(server, 'GET', THINGS, undefined, { headers });
      const [{ headersDistinct }] = got as [IncomingMessage];
      expect(headersDistinct['x-remote-user']).toEqual(['jo']);
      expect(headersDistinct['x-remote-group']).toEqual(['system:masters', 'system:authenticated']);
      expect(Object.keys(headersDistinct).filter((name) => name.startsWith('impersonate'))).toEqual([]);
    }));

  it.each([
    ['GET', { 'content-length': '4' }],
    ['GET', { 'content-length': '4096' }],
    ['POST', {}],
    ['DELETE', {}],
    ['DELETE', { 'content-length': String(SMUGGLED.length) }],
  ])('sees one request for each of ours, whatever body a %s with %o has', (method, headers) => {
    const read: ExtensionHandlers['request'] = (message, answer) => message.resume().on('end', () => answer.end());
    return withExtension({ request: read }, async ({ server }, { got }) => {
      await ask(server, method, THINGS, SMUGGLED, { headers });
      await ask(server, 'GET', `${THINGS}/b`);
      const seen = got.map((message) => [message.method, message.url, message.headersDistinct['x-remote-user']]);
      expect(seen).toEqual([
        [method, THINGS, ['admin']],
        ['GET', `${THINGS}/b`, ['admin']],
      ]);
    });
  });

  it('tells the extension server names in UTF-8, and refuses those that no header can have', () =>
    withExtension({ request: echo }, async ({ server }, { got }) => {
      const as = { name: 'Zoë 雪', groups: ['system:masters', 'équipe'], extra: {} };
      expect((await ask(server, 'GET', THINGS, undefined, { as })).status).toBe(200);
      const [{ headersDistinct }] = got as [IncomingMessage];
      const sent = [headersDistinct['x-remote-user'], headersDistinct['x-remote-group']].flat();
      expect(sent.map((value) => Buffer.from(value ?? '', 'latin1').toString())).toEqual([as.name, ...as.groups]);
      const { body } = await ask(server, 'GET', THINGS, undefined, { as: { ...as, name: 'jo\r\nx-remote-user: eve' } });
      expect([body['code'], body['message']]).toEqual([
        503,
        'error trying to reach service: net/http: invalid header field value for "X-Remote-User"',
      ]);
    }));

  it('whose server hangs is answered with 504 after the time of a request, and asks no more for who has gone', () => {
    let arrived = (): void => {};
    const hang: ExtensionHandlers['request'] = () => arrived();
    return withExtension({ request: hang }, async ({ server, clock }, { got }) => {
      const there = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const answer = ask(server, 'GET', `${THINGS}?timeout=1s`);
      await there;
      const [{ socket }] = got as [IncomingMessage];
      const cut = once(socket, 'close');
      await clock.advance(1_000);
      const { status, body } = await answer;
      expect([status, body['reason'], body['message']]).toEqual([
        504,
        'Timeout',
        'Timeout: request did not complete within the allotted timeout',
      ]);
      await cut;
      expect((await ask(server, 'GET', THINGS, undefined, { signal: AbortSignal.abort() })).status).toBe(504);
      expect(got.length).toBe(1);
    });
  });

  it('whose server stalls in the midst of an answer is cut off after the time of a request', () => {
    const stall: ExtensionHandlers['request'] = (_message, answer) => answer.write('{"kind":"Thing"');
    return withExtension({ request: stall }, async ({ server, clock }, { got }) => {
      const { signal } = new AbortController();
      const request = { method: 'GET', url: `${THINGS}?timeout=1s`, headers: {}, body: nothing(), signal };
      const { status, body } = await server.handle(request, ADMIN);
      const [{ socket }] = got as [IncomingMessage];
      const cut = once(socket, 'close');
      const read = (async () => {
        for await (const _ of body as AsyncIterable<Uint8Array>);
      })();
      const broken = expect(read).rejects.toThrow();
      await clock.advance(1_000);
      await broken;
      await cut;
      expect(status).toBe(200);
    });
  });

  it('whose server breaks off what it says it has is not available', () => {
    let asked = 0;
    const discovery: ExtensionHandlers['discovery'] = (answer) => {
      asked += 1;
      if (asked === 1) answer.end('{"resources":[]}');
      else answer.write('{', () => answer.destroy());
    };
    return withExtension({ request: echo, discovery }, async (test) => {
      await test.clock.advance(30_000);
      expect((await condition(test, 'FailedDiscoveryCheck'))['status']).toBe('False');
      expect((await ask(test.server, 'GET', THINGS)).status).toBe(503);
    });
  });

  it('is asked of RBAC here, before anybody else sees the request', () =>
    withExtension({ request: echo }, async ({ server }, { got }) => {
      const as = { name: 'jo', groups: ['system:authenticated'], extra: {} };
      expect((await ask(server, 'GET', THINGS, undefined, { as })).status).toBe(403);
      expect(got).toEqual([]);
    }));

  it('passes a body on, and a watch back as it comes', () => {
    let watching: ServerResponse | undefined;
    const request: ExtensionHandlers['request'] = (message, answer) => {
      if (message.method === 'POST') message.pipe(answer);
      else {
        watching = answer;
        answer.setHeader('content-type', 'application/json');
        answer.write('{"type":"ADDED"}\n');
      }
    };
    return withExtension({ request }, async ({ server }) => {
      expect((await ask(server, 'POST', THINGS, { kind: 'Thing' })).text).toBe('{"kind":"Thing"}');
      const watch = events(server, `${THINGS}?watch=1`);
      expect(await next(watch)).toEqual({ type: 'ADDED' });
      watching?.write('{"type":"DELETED"}\n');
      expect(await next(watch)).toEqual({ type: 'DELETED' });
      await watch.return(undefined);
    });
  });

  it.each([302, 307])('whose server redirects (%i) is answered with 502', (code) =>
    withExtension(
      {
        request: (_message, answer) => answer.writeHead(code, { location: 'https://elsewhere.example.org/' }).end(),
        upgrade: (_message, socket) => socket.end(`HTTP/1.1 ${code} Found\r\nlocation: https://elsewhere/\r\n\r\n`),
      },
      async (test) => {
        const { status, headers } = await ask(test.server, 'GET', THINGS);
        expect([status, headers['location']]).toEqual([502, undefined]);
        expect(await upgrade(test, `${THINGS}/a/console`)).toMatch(/^HTTP\/1.1 502 /);
      },
    ),
  );

  it('has upgrades joined to the extension server, both ways', () =>
    withExtension(
      {
        request: echo,
        upgrade: (message, socket) => {
          socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
          socket.once('data', (chunk: Buffer) => socket.end(`${message.headers['x-remote-user']} said ${chunk}`));
        },
      },
      async (test) => {
        const text = await upgrade(test, `${THINGS}/a/console`, 'hello');
        expect(text).toMatch(/^HTTP\/1.1 101 [\s\S]*\r\n\r\nadmin said hello$/);
      },
    ));

  it.each([200, 403, 500])('whose server answers an upgrade with %i leaves no connection behind', (code) =>
    withExtension(
      {
        request: echo,
        upgrade: (_message, socket) => socket.write(`HTTP/1.1 ${code} No\r\ncontent-length: 6\r\n\r\nsecret`),
      },
      async (test) => {
        const text = await upgrade(test, `${THINGS}/a/console`, 'GET /admin HTTP/1.1\r\n\r\n');
        expect(text).toMatch(new RegExp(`^HTTP/1.1 ${code === 200 ? 502 : code} `));
        expect(text).not.toContain('secret');
      },
    ),
  );

  it('whose certificate is for another name is not available', async () => {
    await using test = await openTestServer();
    await using other = await openTestServer();
    await using extension = await openExtensionServer(other.server, { request: echo });
    await addService(test, extension.port);
    const caBundle = Buffer.from(test.server.caPem).toString('base64');
    await ask(test.server, 'POST', SERVICES, apiService({ caBundle }));
    expect((await condition(test, 'FailedDiscoveryCheck'))['message']).toMatch(/certificate|self.signed/);
  });

  it('is refused when it says what cannot be', async () => {
    await using test = await openTestServer();
    const object = apiService({ caBundle: 'eA==', insecureSkipTLSVerify: true, versionPriority: 0 });
    const { body } = await ask(test.server, 'POST', SERVICES, { ...object, metadata: { name: 'v2.ext.example.org' } });
    for (const cause of [
      'metadata.name: Invalid value: "v2.ext.example.org": must be `spec.version+"."+spec.group`: "v1.ext.example.org"',
      'spec.versionPriority: Invalid value: 0: must be positive and less than 1000',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ]) {
      expect(body['message']).toContain(cause);
    }
  });
});

describe('what is served here', () => {
  it('has an APIService for each built-in group version', async () => {
    await using test = await openTestServer();
    const core = await ask(test.server, 'GET', `${SERVICES}/v1.`);
    expect(core.body).toMatchObject({
      metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
      spec: { version: 'v1', groupPriorityMinimum: 18000, versionPriority: 1 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    });
    expect((await ask(test.server, 'GET', `${SERVICES}/v1.apps`)).status).toBe(200);
  });

  it('has one for each version of a definition, as long as that is there', async () => {
    await using test = await openTestServer();
    const schema = { openAPIV3Schema: { type: 'object' } };
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    const watch = events(test.server, `${SERVICES}?watch=1&fieldSelector=metadata.name=v1.example.org`);
    await ask(test.server, 'POST', definitions, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'things', kind: 'Thing' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    expect((await next(watch))['type']).toBe('ADDED');
    await ask(test.server, 'DELETE', `${definitions}/things.example.org`);
    expect((await next(watch))['type']).toBe('DELETED');
    await watch.return(undefined);
  });
});
