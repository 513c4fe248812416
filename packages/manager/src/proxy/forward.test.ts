import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ManagementToken, managementTokens, type Stored, toStatus, type User, users } from '@drover/api';
import { createInformer, streamTransport } from '@drover/client';
import { createFakeClient } from '@drover/client/fake';
import { Closing, FakeClock, silentLog } from '@drover/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { refuseUpgrade } from '../front/refuse-upgrade.js';
import { type Caller, identityOf, impersonationHeaders } from '../identity/caller.js';
import { OpenStreams } from '../identity/open-streams.js';
import { forward } from './forward.js';
import { forwardUpgrade } from './forward-upgrade.js';

let closing = new Closing();
afterEach(async () => {
  await closing[Symbol.asyncDispose]();
  closing = new Closing();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function session() {
  const means = { clock: new FakeClock(Date.now()), random: randomBytes, log: silentLog };
  const client = createFakeClient(means);
  const token: Stored<ManagementToken> = await client.create(managementTokens, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'Token',
    metadata: { name: 'token-abcde' },
  });
  const user: Stored<User> = await client.create(users, {
    apiVersion: 'management.cattle.io/v3',
    kind: 'User',
    metadata: { name: 'u-abcde' },
    username: 'alice',
  });
  const informers = {
    tokens: createInformer(client, managementTokens, means),
    users: createInformer(client, users, means),
  };
  await Promise.all([informers.tokens.synced, informers.users.synced]);
  const streams = new OpenStreams({ ...informers, clock: means.clock });
  closing.defer(() => {
    for (const each of [streams, informers.tokens, informers.users]) each[Symbol.dispose]();
  });
  const identity = identityOf(user, ['github_team://1'], { token: 'token-abcde', host: 'drover' });
  const caller: Caller = { user, token, via: 'bearer', identity };
  return { client, streams, caller };
}

/** A front that passes everything on to an upstream, as one caller. */
async function proxyTo(upstream: Server) {
  const port = await listening(upstream);
  const { client, streams, caller } = await session();
  const transport = streamTransport(() => connect(port, '127.0.0.1'), { host: 'upstream' });
  const headers = { ...impersonationHeaders(caller.identity), authorization: 'Bearer ours' };
  const held = new Set<(why: string) => void>();
  const hold = (end: (why: string) => void): Disposable => {
    held.add(end);
    return { [Symbol.dispose]: () => held.delete(end) };
  };
  const onward = (url = '/') => ({ transport, path: url, headers, whom: 'cluster lab', hold });
  const takeAway = (): void => {
    for (const end of held) end('the right to this has been taken away');
  };
  const exchange = (request: IncomingMessage) => ({
    request,
    url: new URL(`https://drover${request.url}`),
    requestId: '1',
    params: {},
    caller,
    signal: new AbortController().signal,
  });
  const front = createServer((request, response) => {
    forward({ ...exchange(request), response }, onward(request.url), streams).catch((error: unknown) => {
      response.writeHead(toStatus(error).code).end(toStatus(error).message);
    });
  });
  front.on('upgrade', (request, socket, head: Buffer) => {
    forwardUpgrade(exchange(request), { socket, head }, onward(request.url), streams).catch((error: unknown) =>
      refuseUpgrade(socket, toStatus(error)),
    );
  });
  const upgraded = once(front, 'upgrade').then(([, socket]): Duplex => socket);
  return { port: await listening(front), client, streams, upgraded, held, takeAway };
}

/** Sends bytes as they are and answers with everything that comes until the connection ends. */
async function say(port: number, ...lines: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

/** Resolves when a connection is gone, however that came. */
function closed(socket: Duplex): Promise<void> {
  // The fixture's own half stays open otherwise.
  socket.on('error', () => {}).on('end', () => socket.end());
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function recorder() {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.end('{}');
  });
  return { server, seen };
}

describe('a request that is passed on carries our identity headers and no others', () => {
  it.each([
    ['as they are', ['Impersonate-User: system:admin', 'Impersonate-Group: system:masters']],
    ['in any case', ['IMPERSONATE-USER: system:admin', 'iMpErSoNaTe-GrOuP: system:masters']],
    ['repeated', ['Impersonate-User: a', 'Impersonate-User: b', 'Impersonate-Group: system:masters, x']],
    ['with underscores', ['Impersonate_User: system:admin', 'impersonate_group: system:masters']],
    ['as extras', ['Impersonate-Extra-Scopes: all', 'Impersonate-Uid: 1']],
    [
      'of an authenticating proxy',
      ['X-Remote-User: system:admin', 'X-Remote-Group: system:masters', 'X-Remote-Extra-A: b'],
    ],
    ['named hop by hop', ['Connection: close, Impersonate-User, Authorization, Impersonate-Group']],
    ['of our own hop', ['X-Forwarded-User: root', 'X-API-Tunnel-Token: x', 'Forwarded: for=1', 'Cookie: R_SESS=a:b']],
  ])('whatever the caller claims %s', async (_, claimed) => {
    const { server, seen } = recorder();
    const { port } = await proxyTo(server);
    const connection = claimed.some((line) => line.startsWith('Connection:')) ? [] : ['Connection: close'];
    await say(port, 'GET /api HTTP/1.1', 'Host: drover', 'Authorization: Bearer theirs', ...connection, ...claimed);
    const fields = Object.fromEntries(
      Object.entries(seen[0]?.headersDistinct ?? {}).filter(([name]) => !/^(host|connection)$/.test(name)),
    );
    expect(fields).toEqual({
      authorization: ['Bearer ours'],
      'impersonate-user': ['u-abcde'],
      'impersonate-group': ['github_team://1', 'system:authenticated', 'system:cattle:authenticated'],
      'impersonate-extra-principalid': ['local://u-abcde'],
      'impersonate-extra-username': ['alice'],
      'impersonate-extra-requesttokenid': ['token-abcde'],
      'impersonate-extra-requesthost': ['drover'],
    });
  });

  it('and tells who asked to be somebody else that this was not obeyed', async () => {
    const { server } = recorder();
    const { port } = await proxyTo(server);
    const answer = await say(port, 'GET /api HTTP/1.1', 'Host: drover', 'Connection: close', 'Impersonate-User: bob');
    expect(answer).toMatch(/^warning: 299 - "impersonation headers are not honoured/im);
  });
});

it('a redirect of a cluster is not passed on and not followed', async () => {
  const { port } = await proxyTo(
    createServer((_, response) => response.writeHead(302, { location: 'https://evil.example' }).end()),
  );
  const answer = await say(port, 'GET /api HTTP/1.1', 'Host: drover', 'Connection: close');
  expect(answer).toMatch(/^HTTP\/1\.1 502/);
  expect(answer).not.toContain('evil.example');
});

it('a cluster cannot set cookies for this server', async () => {
  const { port } = await proxyTo(
    createServer((_, response) => response.writeHead(200, { 'set-cookie': 'R_SESS=a:b' }).end()),
  );
  expect(await say(port, 'GET /api HTTP/1.1', 'Host: drover', 'Connection: close')).not.toContain('R_SESS');
});

it('a body passes while it is being sent, and a watch’s events while it goes on', async () => {
  const upstream = createServer(async (request, response) => {
    for await (const chunk of request) response.write(chunk);
    response.end();
  });
  const { port } = await proxyTo(upstream);
  const socket = connect(port, '127.0.0.1');
  const received: string[] = [];
  socket.on('data', (chunk) => received.push(String(chunk)));
  const until = async (text: string): Promise<void> => {
    while (!received.join('').includes(text)) await once(socket, 'data');
  };
  socket.write('POST /upload HTTP/1.1\r\nHost: drover\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n');
  socket.write('5\r\nfirst\r\n');
  await until('first');
  socket.write('6\r\nsecond\r\n0\r\n\r\n');
  await until('second');
  socket.destroy();
});

it.each(['GET', 'DELETE', 'POST'])('a %s whose body looks like a request stays one request', async (method) => {
  const seen: string[] = [];
  const upstream = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push(`${request.method} ${request.url} ${body.length}`);
    response.end('{}');
  });
  const { port } = await proxyTo(upstream);
  const smuggled = 'GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunk = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0`;
  await say(
    port,
    `${method} /api HTTP/1.1`,
    'Host: drover',
    'Connection: close',
    'Transfer-Encoding: chunked',
    '',
    chunk,
  );
  expect(seen).toEqual([`${method} /api ${smuggled.length}`]);
});

it('a watch ends when the session of its caller does', async () => {
  const { port, client, streams } = await proxyTo(createServer((_, response) => response.write('{"type":"ADDED"}\n')));
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: drover\r\n\r\n');
  await once(socket, 'data');
  expect(streams.size).toBe(1);
  await client.delete(managementTokens, { name: 'token-abcde' });
  await once(socket, 'close');
  expect(streams.size).toBe(0);
});

it.each([
  ['a watch', 'GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: drover\r\n\r\n'],
  ['an upload', 'POST /upload HTTP/1.1\r\nHost: drover\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n'],
])('%s ends at both ends when the right to it does', async (_, request) => {
  const upstream = createServer((asked, response) => {
    asked.on('error', () => {});
    if (asked.method === 'GET') response.write('{"type":"ADDED"}\n');
  });
  const far = once(upstream, 'request').then(([, response]): Duplex => response.socket);
  const { port, streams, held, takeAway } = await proxyTo(upstream);
  const socket = connect(port, '127.0.0.1');
  socket.resume().write(request);
  const end = await far;
  expect(held.size).toBe(1);
  takeAway();
  await closed(end);
  expect([streams.size, held.size]).toEqual([0, 0]);
  socket.destroy();
});

describe('an upgrade', () => {
  const ask = [
    'GET /vnc HTTP/1.1',
    'Host: drover',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Protocol: plain.kubevirt.io',
  ];

  it('passes the chosen protocol and raw bytes both ways, in our name', async () => {
    const upstream = createServer();
    let asked: IncomingMessage | undefined;
    upstream.on('upgrade', (request, socket) => {
      asked = request;
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: plain.kubevirt.io\r\n\r\n',
      );
      socket.pipe(socket);
    });
    const { port } = await proxyTo(upstream);
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.write(`${[...ask, 'Impersonate-User: root'].join('\r\n')}\r\n\r\n`);
    while (!text.includes('\r\n\r\n')) await once(socket, 'data');
    expect(text).toMatch(/^HTTP\/1\.1 101 [\s\S]*sec-websocket-protocol: plain\.kubevirt\.io/i);
    socket.write('keystrokes');
    while (!text.endsWith('keystrokes')) await once(socket, 'data');
    expect(asked?.headers['impersonate-user']).toBe('u-abcde');
    expect(asked?.headers.authorization).toBe('Bearer ours');
    socket.destroy();
  });

  it.each(['DELETE /api/v1/namespaces/blue/pods/web', 'PUT /v1/start', 'POST /v1/web?action=stop', 'PATCH /exec'])(
    'is no way to have %s done, and told of as an upgrade that failed',
    async (line) => {
      const upstream = createServer();
      const asked: string[] = [];
      for (const event of ['request', 'upgrade']) upstream.on(event, ({ method }) => asked.push(String(method)));
      const { port } = await proxyTo(upstream);
      const socket = connect(port, '127.0.0.1');
      socket.write(`${[`${line} HTTP/1.1`, ...ask.slice(1)].join('\r\n')}\r\n\r\n`);
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 405 /);
      expect(asked).toEqual([]);
      socket.destroy();
    },
  );

  it('is opened by POST where Kubernetes’ clients do that', async () => {
    const upstream = createServer();
    const far = new Promise<IncomingMessage>((resolve) => upstream.on('upgrade', resolve));
    const { port } = await proxyTo(upstream);
    const socket = connect(port, '127.0.0.1');
    const line = 'POST /api/v1/namespaces/blue/pods/web/exec?command=sh HTTP/1.1';
    socket.write(`${[line, ...ask.slice(1)].join('\r\n')}\r\n\r\n`);
    expect((await far).method).toBe('POST');
    (await far).socket.destroy();
    socket.destroy();
  });

  it('listens to each end a few times only, and ends with either of them', async () => {
    const upstream = createServer();
    const far = new Promise<Duplex>((resolve) => upstream.on('upgrade', (_, socket: Duplex) => resolve(socket)));
    const { port, streams, upgraded, held } = await proxyTo(upstream);
    const socket = connect(port, '127.0.0.1');
    socket.write(`${ask.join('\r\n')}\r\n\r\n`);
    const end = await far;
    end.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(socket, 'data');
    expect((await upgraded).listenerCount('close')).toBeLessThan(5);
    expect(streams.size).toBe(1);
    end.end('the last words');
    expect(String((await once(socket, 'data'))[0])).toBe('the last words');
    await once(socket, 'close');
    expect([streams.size, held.size]).toEqual([0, 0]);
  });

  it('ends at both ends when the right to it does', async () => {
    const upstream = createServer();
    const far = new Promise<Duplex>((resolve) => upstream.on('upgrade', (_, socket: Duplex) => resolve(socket)));
    const { port, streams, held, takeAway } = await proxyTo(upstream);
    const socket = connect(port, '127.0.0.1');
    socket.write(`${ask.join('\r\n')}\r\n\r\n`);
    const end = (await far).resume();
    end.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await once(socket, 'data');
    const ends = [closed(socket), closed(end)];
    takeAway();
    await Promise.all(ends);
    expect([streams.size, held.size]).toEqual([0, 0]);
  });

  it.each([
    ['200', 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret', 502],
    ['302', 'HTTP/1.1 302 Found\r\nlocation: https://evil.example\r\ncontent-length: 0\r\n\r\n', 502],
    ['400', 'HTTP/1.1 400 Bad Request\r\ncontent-length: 6\r\n\r\nsecret', 400],
    ['500', 'HTTP/1.1 500 Oops\r\ncontent-length: 6\r\n\r\nsecret', 500],
    ['nothing whole', 'HTTP/1.1 ', 503],
  ])('that is answered with %s ends the connection, and no byte passes after it', async (_, bytes, code) => {
    const upstream = createServer();
    const passed: string[] = [];
    upstream.on('upgrade', (_request, socket) => {
      socket.on('data', (chunk) => passed.push(String(chunk)));
      socket.on('error', () => {});
      // Whoever was refused hangs up: the fixture's own end follows, and could not be closed otherwise.
      socket.on('end', () => socket.end());
      if (bytes.endsWith('\r\n\r\n') || bytes.includes('secret')) socket.write(bytes);
      else socket.end(bytes);
    });
    const { port, held } = await proxyTo(upstream);
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${ask.join('\r\n')}\r\n\r\n`);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
      socket.write('GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\n\r\n');
    });
    await once(socket, 'close');
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${code} `));
    expect(answer).not.toMatch(/evil|"secret"/);
    expect(passed).toEqual([]);
    expect(held.size).toBe(0);
  });
});
