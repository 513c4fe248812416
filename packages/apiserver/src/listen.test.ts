import { once } from 'node:events';
import { request } from 'node:https';
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
    expect((await send('/api/v1/namespaces', { cert: certPem, key: keyPem })).status).toBe(403);
    const serving = await test.server.servingCertificate(['system:masters']);
    expect((await send('/api/v1/namespaces', { cert: serving.certPem, key: serving.keyPem })).status).toBe(403);
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
