import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { Agent, request } from 'node:https';
import { systemClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from './listen.js';
import { openTestServer, type TestServer } from './testing/test-server.js';

let test: TestServer;
let listener: Listener;
beforeAll(async () => {
  test = await openTestServer({ clock: systemClock });
  listener = await listen(test.server, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await listener[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

interface Credentials {
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: Record<string, string>;
}

async function send(
  path: string,
  { headers = {}, ...tls }: Credentials = {},
): Promise<{ status: number; text: string }> {
  const sent = request(`${listener.url}${path}`, { ca: test.server.caPem, headers, agent: false, ...tls });
  sent.end();
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, text };
}

const certificate = async (user: string, ...groups: string[]): Promise<Credentials> => {
  const { certPem, keyPem } = await test.server.clientCertificate(user, groups);
  return { cert: certPem, key: keyPem };
};

describe('the HTTPS front', () => {
  it('shows a certificate of its authority for the names programs inside a cluster use', async () => {
    expect((await send('/healthz')).text).toBe('ok');
    const named = request(`${listener.url}/healthz`, {
      ca: test.server.caPem,
      agent: false,
      servername: 'kubernetes.default.svc',
    });
    named.end();
    const [response] = await once(named, 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
  });

  it('takes a client certificate of its authority as an identity', async () => {
    expect((await send('/api/v1/namespaces', await certificate('root', 'system:masters'))).status).toBe(200);
    const { status, text } = await send('/api/v1/namespaces', await certificate('ann, O=system:masters', 'devs'));
    expect([status, text]).toEqual([403, expect.stringContaining('User \\"ann, O=system:masters\\"')]);
  });

  it('takes no certificate of another authority, and no serving certificate', async () => {
    await using other = await openTestServer();
    const { certPem, keyPem } = await other.server.clientCertificate('root', ['system:masters']);
    expect((await send('/api/v1/namespaces', { cert: certPem, key: keyPem })).status).toBe(401);
    const serving = await test.server.servingCertificate(['system:masters']);
    expect((await send('/api/v1/namespaces', { cert: serving.certPem, key: serving.keyPem })).status).toBe(401);
  });

  it('takes the token of the administrator’s kubeconfig', async () => {
    const token = /token: "(.+)"/.exec(await test.server.adminKubeconfig(listener.url))?.[1];
    expect((await send('/api/v1/namespaces', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
  });

  it('answers a body that is too large before it has read it all', async () => {
    const { certPem, keyPem } = await test.server.clientCertificate('root', ['system:masters']);
    const sent = request(`${listener.url}/api/v1/namespaces`, {
      method: 'POST',
      ca: test.server.caPem,
      cert: certPem,
      key: keyPem,
      agent: false,
      headers: { 'content-type': 'application/json' },
    });
    sent.on('error', () => {});
    const answered = once(sent, 'response');
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let count = 0; count < 5; count++) sent.write(piece);
    const [response] = await answered;
    sent.destroy();
    expect(response.statusCode).toBe(413);
  });

  it('refuses headers without end', async () => {
    const answer = send('/healthz', { headers: { 'x-long': 'x'.repeat(100_000) } });
    // Whether the refusal is read before the connection closes is the network's to say.
    expect(
      await answer.then(
        ({ status }) => status,
        () => 431,
      ),
    ).toBe(431);
  });

  it('ends a watch so that the connection takes the next request', async () => {
    const { cert, key } = await certificate('root', 'system:masters');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (const _ of [1, 2]) {
      const watch = request(
        `${listener.url}/api/v1/namespaces?watch=true&resourceVersion=${test.store.revision + 1_000}`,
        {
          ca: test.server.caPem,
          agent,
          ...(cert && key ? { cert, key } : {}),
        },
      );
      watch.end();
      const [response] = await once(watch, 'response');
      ports.add(response.socket.localPort);
      let text = '';
      for await (const chunk of response) text += chunk;
      expect([response.complete, JSON.parse(text).type]).toEqual([true, 'ERROR']);
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it('closes while a watch is open', async () => {
    const own = await listen(test.server, { host: '127.0.0.1', port: 0 });
    const { certPem, keyPem } = await test.server.clientCertificate('root', ['system:masters']);
    const watch = request(`${own.url}/api/v1/namespaces?watch=true`, {
      ca: test.server.caPem,
      cert: certPem,
      key: keyPem,
      agent: false,
    });
    watch.on('error', () => {});
    watch.end();
    const [response] = await once(watch, 'response');
    response.on('error', () => {});
    await once(response, 'data');
    await own[Symbol.asyncDispose]();
    await expect(once(request(`${own.url}/healthz`).end(), 'response')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('a client certificate that runs out while its connection is open', () => {
  it('proves nothing from then on', async () => {
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    await using own = await openTestServer({ clock });
    await using front = await listen(own.server, { host: '127.0.0.1', port: 0 });
    const { certPem: cert, keyPem: key } = await own.server.clientCertificate('root', ['system:masters']);
    const credentials = { ca: own.server.caPem, cert, key };
    const agent = new Agent({ ...credentials, keepAlive: true, maxSockets: 1 });
    const session = connect(front.url, credentials);
    const overOne = async (): Promise<unknown> => {
      const [response] = await once(request(`${front.url}/api/v1/namespaces`, { agent }).end(), 'response');
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    };
    const overTwo = async (): Promise<unknown> => {
      const stream = session.request({ ':path': '/api/v1/namespaces' });
      const [headers] = await once(stream, 'response');
      stream.resume();
      await once(stream, 'close');
      return headers[':status'];
    };
    expect([await overOne(), await overTwo()]).toEqual([200, 200]);
    ahead = 366 * 24 * 3_600_000;
    expect([await overOne(), await overTwo()]).toEqual([401, 401]);
    agent.destroy();
    session.destroy();
  });
});

describe('HTTP/2', () => {
  const admin = async (): Promise<ClientHttp2Session> => {
    const { certPem, keyPem } = await test.server.clientCertificate('root', ['system:masters']);
    const session = connect(listener.url, { ca: test.server.caPem, cert: certPem, key: keyPem });
    session.on('error', () => {});
    await once(session, 'remoteSettings');
    return session;
  };
  const ask = async (
    session: ClientHttp2Session,
    path: string,
    headers: OutgoingHttpHeaders = {},
    body?: string,
  ): Promise<{ headers: IncomingHttpHeaders; text: string }> => {
    const stream = session.request({ ':path': path, ...headers });
    stream.end(body);
    const [answered] = await once(stream, 'response');
    let text = '';
    for await (const chunk of stream) text += chunk;
    return { headers: answered, text };
  };

  it('serves reads and writes of a certificate’s owner, without the fields of HTTP/1.1', async () => {
    const session = await admin();
    const path = '/api/v1/namespaces/default/configmaps';
    const made = await ask(
      session,
      path,
      { ':method': 'POST', 'content-type': 'application/json' },
      JSON.stringify({ metadata: { name: 'h2' } }),
    );
    expect([made.headers[':status'], made.headers.connection, made.headers['transfer-encoding']]).toEqual([
      201,
      undefined,
      undefined,
    ]);
    const read = await ask(session, `${path}/h2`);
    expect([read.headers[':status'], JSON.parse(read.text).metadata.name]).toEqual([200, 'h2']);
    expect((await ask(session, '/apis', { ':method': 'HEAD' })).headers[':status']).toBe(200);
    session.close();
  });

  it('carries many watches on one connection, and ends one that is reset', async () => {
    const session = await admin();
    const watches = Array.from({ length: 50 }, () => session.request({ ':path': '/api/v1/namespaces?watch=true' }));
    for (const watch of watches) await once(watch, 'data');
    const open = async (): Promise<string> =>
      /^apiserver_longrunning_requests\{verb="WATCH".*resource="namespaces".* (\d+)$/m.exec(
        (await ask(session, '/metrics')).text,
      )?.[1] ?? '';
    expect(await open()).toBe('50');
    for (const watch of watches) watch.close(constants.NGHTTP2_CANCEL);
    while ((await open()) !== '0');
    session.close();
  });

  it('keeps fields apart that are sent more than once', async () => {
    const session = await admin();
    const { text } = await ask(session, '/api/v1/secrets', {
      'impersonate-user': 'ann',
      'impersonate-group': ['a, system:masters', 'b'],
    });
    expect(JSON.parse(text).code).toBe(403);
    session.close();
  });

  it('announces how much it takes, and refuses a body that is too large before it has come', async () => {
    const session = await admin();
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 100, maxHeaderListSize: 65_536 });
    const stream = session.request({
      ':method': 'POST',
      ':path': '/api/v1/namespaces',
      'content-type': 'application/json',
    });
    stream.on('error', () => {});
    const answered = once(stream, 'response');
    const piece = Buffer.alloc(1024 * 1024, 0x20);
    for (let count = 0; count < 5; count++) stream.write(piece);
    const [headers] = await answered;
    expect(headers[':status']).toBe(413);
    session.destroy();
  });

  it('cuts one who opens and resets requests without end, and serves the others', async () => {
    const session = await admin();
    let cut = false;
    session.once('goaway', () => {
      cut = true;
    });
    for (let opened = 0; opened < 1500 && !cut; opened += 50) {
      const streams = Array.from({ length: 50 }, () => session.request({ ':path': '/api/v1/namespaces?watch=true' }));
      for (const stream of streams) {
        stream.on('error', () => {});
        stream.once('response', () => stream.close(constants.NGHTTP2_CANCEL));
      }
      await Promise.all(streams.map((stream) => once(stream, 'close').catch(() => {})));
    }
    expect(cut).toBe(true);
    expect((await send('/healthz')).text).toBe('ok');
  });

  it('tells clients to go when the listener closes', async () => {
    const own = await listen(test.server, { host: '127.0.0.1', port: 0 });
    const session = connect(own.url, { ca: test.server.caPem });
    const told = once(session, 'goaway');
    await once(session, 'remoteSettings');
    await own[Symbol.asyncDispose]();
    expect((await told)[0]).toBe(constants.NGHTTP2_NO_ERROR);
  });
});
