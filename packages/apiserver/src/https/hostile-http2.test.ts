import { once } from 'node:events';
import { connect as openSession } from 'node:http2';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { systemClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, listen } from '../listen.js';
import { openTestServer, type TestServer } from '../testing/test-server.js';

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

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const TYPES = { headers: 1, settings: 4, ping: 6, continuation: 9 } as const;

/** One frame (RFC 9113, 4.1). */
function frame(type: keyof typeof TYPES, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(TYPES[type], 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
const times = (count: number, make: (index: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, index) => make(index)));
const settings = frame('settings', 0, 0, Buffer.alloc(0));

async function opened(): Promise<TLSSocket> {
  const { port } = listener;
  const socket = connect({ host: '127.0.0.1', port, ca: test.server.caPem, ALPNProtocols: ['h2'] });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

/** Sends bytes, reads nothing until they are out, then what there is; resolves when the server ends the connection. */
async function cut(bytes: Buffer): Promise<void> {
  const socket = await opened();
  const closed = once(socket, 'close');
  socket.pause();
  socket.write(bytes, () => socket.resume());
  await closed;
}

async function answers(): Promise<boolean> {
  const socket = await opened();
  socket.write(Buffer.concat([PREFACE, settings]));
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first[3] === TYPES.settings;
}

describe('a connection of HTTP/2 that means harm', () => {
  it.each<[string, Buffer]>([
    ['settings without end', times(20_000, () => settings)],
    ['pings without end, whose answers it does not read', times(100_000, () => frame('ping', 0, 0, Buffer.alloc(8)))],
    [
      'headers that go on without end',
      Buffer.concat([
        frame('headers', 0, 1, Buffer.from([0x82])),
        times(10_000, () => frame('continuation', 0, 1, Buffer.alloc(0))),
      ]),
    ],
  ])('is cut for %s, and the others are served', async (_what, bytes) => {
    await cut(Buffer.concat([PREFACE, settings, bytes]));
    expect(await answers()).toBe(true);
  });

  it('is cut for bytes that are no frames, whichever they are', async () => {
    let state = 1;
    const random = (): number => {
      state = Math.imul(state, 1_103_515_245) + 12_345;
      return (state >>> 16) & 0xff;
    };
    for (let round = 0; round < 40; round++) {
      const socket = await opened();
      const closed = once(socket, 'close');
      socket.resume();
      const noise = Buffer.from(Array.from({ length: 2000 }, random));
      socket.end(round % 2 === 0 ? Buffer.concat([PREFACE, settings, noise]) : noise);
      await closed;
    }
    expect(await answers()).toBe(true);
  });
});

describe('a header called like what every object has', () => {
  const NAMES = ['constructor', '__proto__', 'tostring'];

  it.each(NAMES)('is a header in HTTP/2: %s', async (name) => {
    const session = openSession(listener.url, { ca: test.server.caPem });
    const stream = session.request({ ':path': '/healthz', [name]: ['a', 'b'] });
    const [{ ':status': status }] = await once(stream, 'response');
    session.destroy();
    expect(status).toBe(200);
  });

  it.each(NAMES)('is a header in HTTP/1.1: %s', async (name) => {
    const headers = [name, 'a', name, 'b', 'host', 'localhost'];
    const sent = request(`${listener.url}/healthz`, { ca: test.server.caPem, agent: false, headers });
    sent.end();
    const [{ statusCode }] = await once(sent, 'response');
    sent.destroy();
    expect(statusCode).toBe(200);
  });
});
