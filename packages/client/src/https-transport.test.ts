import { once } from 'node:events';
import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { Secret, systemClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionTransport } from './connection-transport.js';
import { httpsTransport } from './https-transport.js';
import { createClient } from './rest-client.js';
import { streamTransport } from './stream-transport.js';
import { createTestAuthority, type TestAuthority } from './testing/authority.js';
import { type Widget, widgets } from './testing/conformance.js';

let authority: TestAuthority;
let server: Server;
let port: number;
let answer: RequestListener = (_request, response) => response.end();

beforeAll(async () => {
  authority = await createTestAuthority();
  server = createServer({
    ...(await authority.issue('127.0.0.1', 'api.test')),
    ca: authority.ca,
    requestCert: true,
    rejectUnauthorized: false,
  });
  server.on('request', (request, response) => answer(request, response));
  server.on('upgrade', (request, socket: Duplex) => {
    if (request.url === '/refused') socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
    else {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nhead');
      socket.pipe(socket);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const https = (options: Partial<Parameters<typeof httpsTransport>[0]> = {}) =>
  httpsTransport({ server: `https://127.0.0.1:${port}`, ca: authority.ca, ...options });

/** As a tunnel does: a Duplex that is no socket, connected to the server. */
const stream = (): Duplex => {
  const [near, far] = duplexPair();
  const socket: Socket = connect(port, '127.0.0.1');
  far.pipe(socket).pipe(far);
  near.once('close', () => socket.destroy());
  socket.once('close', () => far.destroy());
  return near;
};

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await all(body)).toString();
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const transports: readonly [string, () => ConnectionTransport][] = [
  ['https', () => https()],
  ['a stream', () => streamTransport(stream, { host: 'api.test', tls: { ca: authority.ca, serverName: 'api.test' } })],
  [
    'a stream to an address',
    () => streamTransport(stream, { host: 'api.test', tls: { ca: authority.ca, serverName: '127.0.0.1' } }),
  ],
];

describe.each(transports)('a transport over %s', (_name, open) => {
  it('sends method, path, headers and body, and gives back status, headers and body', async () => {
    answer = async (request, response) => {
      const body = await text(request);
      response.writeHead(201, { 'x-seen': `${request.method} ${request.url} ${request.headers['x-asked']}` });
      response.end(body.toUpperCase());
    };
    await using transport = open();
    const response = await transport.send({
      method: 'PUT',
      path: '/a?b=c',
      headers: { 'x-asked': 'yes' },
      body: new TextEncoder().encode('hello'),
    });
    expect(response.status).toBe(201);
    expect(response.headers['x-seen']).toBe('PUT /a?b=c yes');
    expect(await text(response.body)).toBe('HELLO');
  });

  it('reuses its connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    answer = (request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    };
    await using transport = open();
    for (let count = 0; count < 3; count += 1) {
      await text((await transport.send({ method: 'GET', path: '/', headers: {} })).body);
    }
    expect(ports.size).toBe(1);
  });

  it('hands over the connection of an upgrade, with the bytes that came early', async () => {
    await using transport = open();
    const upgrade = await transport.upgrade({
      method: 'GET',
      path: '/echo',
      headers: { connection: 'Upgrade', upgrade: 'echo' },
    });
    if (!upgrade.switched) throw new Error('refused');
    expect(Buffer.from(upgrade.head).toString()).toBe('head');
    upgrade.socket.write('ping');
    const [echoed] = (await once(upgrade.socket, 'data')) as [Buffer];
    expect(echoed.toString()).toBe('ping');
    upgrade.socket.destroy();
  });

  it('keeps the connection of a refused upgrade to itself', async () => {
    await using transport = open();
    const upgrade = await transport.upgrade({
      method: 'GET',
      path: '/refused',
      headers: { connection: 'Upgrade', upgrade: 'echo' },
    });
    if (upgrade.switched) throw new Error('switched');
    expect(upgrade.response.status).toBe(403);
    expect(await text(upgrade.response.body)).toBe('no');
  });

  it('breaks off a body when the signal aborts', async () => {
    answer = (_request, response) => response.writeHead(200).write('first');
    await using transport = open();
    const aborter = new AbortController();
    const { body } = await transport.send({ method: 'GET', path: '/', headers: {}, signal: aborter.signal });
    const reading = text(body);
    aborter.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });

  it('frames a streamed body whatever the method, so that it stays one request', async () => {
    const seen: string[] = [];
    answer = async (request, response) => {
      seen.push(`${request.method} ${request.url} ${await text(request)}`);
      response.end('ok');
    };
    const smuggled = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n');
    };
    await using transport = open();
    for (const method of ['GET', 'DELETE']) {
      await text((await transport.send({ method, path: '/', headers: {}, body: smuggled() })).body);
    }
    expect(seen.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(['GET /', 'DELETE /']);
  });

  it('says whom it asked for what when there is no answer', async () => {
    answer = (request) => request.socket.destroy();
    await using transport = open();
    await expect(transport.send({ method: 'GET', path: '/api?token=1', headers: {} })).rejects.toThrow(
      /^GET https:\/\/[\w.:]+\/api: /,
    );
  });
});

describe('a transport over https', () => {
  it('refuses a server whose certificate its authorities did not sign', async () => {
    const other = await createTestAuthority('other');
    await using transport = https({ ca: other.ca });
    await expect(transport.send({ method: 'GET', path: '/', headers: {} })).rejects.toThrow(/certificate/);
  });

  it('refuses a server that has another name', async () => {
    await using transport = https({ tlsServerName: 'elsewhere.test' });
    await expect(transport.send({ method: 'GET', path: '/', headers: {} })).rejects.toThrow(/does not match/);
  });

  it('presents its client certificate', async () => {
    const { cert, key } = await authority.issueClient('jane');
    answer = (request, response) => {
      const { socket } = request as unknown as { socket: { getPeerCertificate(): { subject: { CN: string } } } };
      response.end(socket.getPeerCertificate().subject.CN);
    };
    await using transport = https({ cert, key: new Secret(key) });
    expect(await text((await transport.send({ method: 'GET', path: '/', headers: {} })).body)).toBe('jane');
  });

  it('asks for its token at each request', async () => {
    let count = 0;
    answer = (request, response) => response.end(request.headers.authorization);
    await using transport = https({
      token: () => {
        count += 1;
        return new Secret(`t${count}`);
      },
    });
    const ask = async () => text((await transport.send({ method: 'GET', path: '/', headers: {} })).body);
    expect([await ask(), await ask()]).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('never follows a redirect: the verbs refuse it', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'https://elsewhere.test/' }).end();
    await using transport = https();
    const client = createClient(transport, { clock: systemClock });
    await expect(client.get(widgets, { namespace: 'default', name: 'a' })).rejects.toThrow(
      'redirects are not followed',
    );
  });

  it('puts the path of the server before each path', async () => {
    answer = (request, response) => response.end(request.url);
    await using transport = https({ server: `https://127.0.0.1:${port}/k8s/clusters/c-m-abcdefgh/` });
    expect(await text((await transport.send({ method: 'GET', path: '/version', headers: {} })).body)).toBe(
      '/k8s/clusters/c-m-abcdefgh/version',
    );
  });

  it('streams a watch line by line, however the bytes are cut', async () => {
    const event = (type: string, name: string) =>
      `${JSON.stringify({ type, object: { kind: 'Widget', metadata: { name, resourceVersion: '1' } } })}\n`;
    const bytes = Buffer.from(event('ADDED', 'ä') + event('MODIFIED', 'ä') + event('DELETED', 'ä'));
    answer = async (_request, response) => {
      response.writeHead(200);
      for (const byte of bytes) response.write(Buffer.of(byte));
      response.end();
    };
    await using transport = https();
    const client = createClient(transport, { clock: systemClock });
    const seen = await all(client.watch<Widget>(widgets));
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
  });

  it('ends a watch with the error that an ERROR event carries', async () => {
    answer = (_request, response) =>
      response.end(
        `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } })}\n`,
      );
    await using transport = https();
    const client = createClient(transport, { clock: systemClock });
    await expect(all(client.watch(widgets))).rejects.toMatchObject({ reason: 'Expired', message: 'too old' });
  });

  it('refuses addresses that are not https', () => {
    expect(() => httpsTransport({ server: 'http://127.0.0.1:1' })).toThrow('only https is supported');
    expect(() => httpsTransport({ server: 'nowhere' })).toThrow('is not a URL');
  });
});

describe('a transport over a plain stream', () => {
  it('speaks HTTP on a stream of its own for each request', async () => {
    const plain = createPlainServer((request, response) => response.end(`${request.headers.host}${request.url}`));
    let dialled = 0;
    await using transport = streamTransport(
      () => {
        dialled += 1;
        const [near, far] = duplexPair();
        plain.emit('connection', far);
        return near;
      },
      { host: 'not-used' },
    );
    const ask = async () => text((await transport.send({ method: 'GET', path: '/ping', headers: {} })).body);
    expect([await ask(), await ask()]).toEqual(['not-used/ping', 'not-used/ping']);
    expect(dialled).toBe(2);
  });

  it('fails a request with the error of its stream', async () => {
    await using transport = streamTransport(
      () => {
        const [near] = duplexPair();
        setImmediate(() => near.destroy(new Error('dial tcp 10.0.0.1:443: connection refused')));
        return near;
      },
      { host: 'not-used' },
    );
    await expect(transport.send({ method: 'GET', path: '/ping', headers: {} })).rejects.toThrow('connection refused');
  });
});
