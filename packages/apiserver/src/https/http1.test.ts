import { EventEmitter, once } from 'node:events';
import { createServer, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { ApiRequest, ApiResponse } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { readBody } from '../request/body.js';
import type { ApiServer } from '../server.js';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp1 } from './http1.js';

/** A front that serves so. */
async function openFront(serving: Partial<Pick<ApiServer, 'handle' | 'upgrade'>>) {
  const test = await openTestServer();
  const { certPem: cert, keyPem: key } = await test.server.servingCertificate(['127.0.0.1']);
  const front = createServer({ cert, key });
  serveHttp1(front, { ...test.server, ...serving }, () => {});
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const bound = front.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return {
    front,
    place: { host: '127.0.0.1', port, ca: test.server.caPem },
    async [Symbol.asyncDispose]() {
      front.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

const HANDSHAKE = { connection: 'Upgrade', upgrade: 'websocket' };

describe('a connection of HTTP/1.1', () => {
  it.each([{}, HANDSHAKE])('is cut when its request %o meets a mistake', async (headers) => {
    const mistaken = async (): Promise<never> => {
      throw new TypeError('a mistake');
    };
    await using open = await openFront({ handle: mistaken, upgrade: mistaken });
    const sent = request({ ...open.place, headers, agent: false });
    sent.end();
    await expect(once(sent, 'response')).rejects.toThrow('socket hang up');
  });

  it('is cut when its handshake was refused and the caller does not end it', async () => {
    await using open = await openFront({
      upgrade: async (_request, socket) => void socket.end('HTTP/1.1 403 Refused\r\n\r\n'),
    });
    const accepted = once(open.front, 'secureConnection');
    // Who does not read on does not see the end.
    const caller = connect(open.place);
    caller.write('GET / HTTP/1.1\r\nhost: test\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
    const [connection] = (await accepted) as [TLSSocket];
    await once(connection, 'close');
    caller.destroy();
  });

  it('takes a long request right behind a long answer', async () => {
    const long = Buffer.alloc(4_000_000, ' ');
    const handle = async ({ method, body }: ApiRequest): Promise<ApiResponse> => {
      if (method === 'GET') return { status: 200, headers: {}, body: long };
      return { status: 200, headers: {}, body: Buffer.from(String((await readBody(body, undefined)).length)) };
    };
    await using open = await openFront({ handle });
    const caller = connect(open.place);
    await once(caller, 'secureConnect');
    caller.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
    // Of the answer no more is read than that it begins; what one read of the server brings is a part of the next request.
    await once(caller, 'readable');
    caller.write(`POST / HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: ${1_000_000}\r\n\r\n`);
    for (let piece = 0; piece < 100; piece += 1) caller.write(Buffer.alloc(10_000, ' '));
    let read = '';
    for await (const chunk of caller) read += String(chunk);
    expect(read.trimEnd()).toMatch(/\r\n\r\n1000000$/);
  });

  it('says whose mistake it is when a body breaks off', async () => {
    const reader = new EventEmitter();
    const begun = once(reader, 'reading');
    const handle = async ({ body }: ApiRequest): Promise<ApiResponse> => {
      const read = readBody(body, undefined);
      reader.emit('reading', read);
      return { status: 200, headers: {}, body: await read };
    };
    await using open = await openFront({ handle });
    const sent = request({ ...open.place, method: 'POST', headers: { 'content-length': '100' }, agent: false });
    sent.on('error', () => {});
    sent.write('{');
    const [read] = await begun;
    sent.destroy();
    await expect(read).rejects.toMatchObject({ reason: 'BadRequest' });
  });
});
