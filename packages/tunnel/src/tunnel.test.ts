import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { keepTunnel, TunnelRefused } from './client.js';
import { encodeFrame, type Frame } from './frame.js';
import { DATA_LIMIT, defaultLimits, PAUSE_ABOVE } from './limits.js';
import { NoSession } from './server.js';
import type { StreamHandler } from './session.js';
import { dialTunnel, listenForTunnels, listenTcp } from './testing/pair.js';

const KEY = 'c-m-abcdefgh';

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await turn();
  }
}

/** Two ends over a real socket, and the streams that arrived at the far one. */
async function pair(options: { onStream?: StreamHandler; limits?: Parameters<typeof listenForTunnels>[0] } = {}) {
  const listener = await listenForTunnels(options.limits);
  const arrived: Duplex[] = [];
  const session = await dialTunnel(listener.url, {
    onStream: options.onStream ?? ((stream) => void arrived.push(stream)),
  });
  await until(() => listener.server.has(KEY));
  return {
    server: listener.server,
    session,
    arrived,
    url: listener.url,
    async [Symbol.asyncDispose]() {
      session.close('the test is over');
      await listener[Symbol.asyncDispose]();
    },
  };
}

/** A WebSocket that speaks frames by hand, as a peer that we do not control. */
async function peer(url: string) {
  const socket = new WebSocket(url, { headers: { 'x-key': KEY }, perMessageDeflate: false });
  const frames: string[] = [];
  socket.on('message', (data: Buffer) => frames.push(data.toString('hex')));
  await once(socket, 'open');
  return { socket, frames, send: (frame: Frame) => socket.send(encodeFrame(1, frame)) };
}

describe('a tunnel', () => {
  it('carries bytes both ways between a dialler and a TCP server', async () => {
    await using origin = await listenTcp((socket) => socket.pipe(socket));
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url);
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', origin.address);
    const sent = randomBytes(3_000_000);
    let received = 0;
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.byteLength;
    });
    stream.write(sent);
    await until(() => received === sent.byteLength);
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
    stream.destroy();
    session.close('done');
  });

  it('delivers everything before the end, when the far side closes', async () => {
    const sent = randomBytes(1_000_000);
    await using origin = await listenTcp((socket) => void socket.end(sent));
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url);
    await until(() => listener.server.has(KEY));
    expect((await buffer(listener.server.dial(KEY, 'tcp', origin.address))).equals(sent)).toBe(true);
    await until(() => session.streams === 0);
    session.close('done');
  });

  it('closes the connection at the far side when the near side ends', async () => {
    let tell: (text: string) => void = () => undefined;
    const closed = new Promise<string>((resolve) => {
      tell = resolve;
    });
    await using origin = await listenTcp((socket) => void text(socket).then(tell));
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url);
    await until(() => listener.server.has(KEY));
    listener.server.dial(KEY, 'tcp', origin.address).end('last words');
    expect(await closed).toBe('last words');
    session.close('done');
  });

  it('tells why the far side could not connect', async () => {
    const origin = await listenTcp(() => undefined);
    await origin[Symbol.asyncDispose]();
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url);
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', origin.address);
    await expect(text(stream)).rejects.toThrow(/ECONNREFUSED/);
    session.close('done');
  });

  it('dials only what its rule allows', async () => {
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url, { allow: (host, port) => host === '10.53.0.1' && port === 443 });
    await until(() => listener.server.has(KEY));
    await expect(text(listener.server.dial(KEY, 'tcp', '169.254.169.254:80'))).rejects.toThrow('connect not allowed');
    session.close('done');
  });

  it('stops a sender whose reader stalls, and lets it go on when the reader does', async () => {
    await using tunnel = await pair();
    const near = tunnel.server.dial(KEY, 'tcp', 'reader:1');
    await until(() => tunnel.arrived.length === 1);
    const far = tunnel.arrived[0] as Duplex;
    const chunk = Buffer.alloc(64 * 1024);
    let written = 0;
    const pump = (): void => {
      do written += chunk.byteLength;
      while (near.write(chunk));
    };
    near.on('drain', pump);
    pump();
    await until(() => far.readableLength > PAUSE_ABOVE);
    const settled = async (): Promise<number> => {
      for (let last = -1; last !== written; ) {
        last = written;
        for (let turns = 0; turns < 200; turns += 1) await turn();
      }
      return written;
    };
    const stalled = await settled();
    expect(far.readableLength).toBeLessThan(defaultLimits.streamBuffer);
    far.resume();
    await until(() => written > stalled + 10 * PAUSE_ABOVE);
    near.removeAllListeners('drain');
    near.destroy();
  });

  it('gives a small answer its turn beside a bulk transfer', async () => {
    await using tunnel = await pair();
    const bulk = tunnel.server.dial(KEY, 'tcp', 'bulk:1');
    const small = tunnel.server.dial(KEY, 'tcp', 'small:1');
    await until(() => tunnel.arrived.length === 2);
    const [farBulk, farSmall] = tunnel.arrived as [Duplex, Duplex];
    let before = 0;
    farBulk.on('data', (chunk: Buffer) => {
      before += chunk.byteLength;
    });
    bulk.write(Buffer.alloc(1_900_000));
    small.write('now');
    await once(farSmall, 'data');
    // What was already on its way, and one turn.
    expect(before).toBeLessThanOrEqual(256 * 1024 + 2 * DATA_LIMIT);
  });

  it('fails every stream when the connection is lost', async () => {
    await using tunnel = await pair();
    const near = tunnel.server.dial(KEY, 'tcp', 'a:1');
    await until(() => tunnel.arrived.length === 1);
    const errors = Promise.all(
      [near, tunnel.arrived[0] as Duplex].map(async (stream) => (await once(stream, 'error'))[0]),
    );
    tunnel.session.close('cut');
    expect((await errors).map(String)).toEqual([
      'TunnelStreamError: tunnel disconnect',
      'TunnelStreamError: tunnel disconnect',
    ]);
    await until(() => !tunnel.server.has(KEY));
    expect(() => tunnel.server.dial(KEY, 'tcp', 'a:1')).toThrow(NoSession);
  });

  it('numbers streams of the accepting end from 2', async () => {
    await using listener = await listenForTunnels();
    const { socket, frames } = await peer(listener.url);
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', '10.53.0.1:443');
    stream.on('error', () => undefined);
    await until(() => frames.length === 1);
    expect(frames[0]?.slice(-40)).toBe('0404b0ea017463702f31302e35332e302e313a343433'.slice(-40));
    socket.terminate();
  });

  it('answers data for a connection that it does not know', async () => {
    await using listener = await listenForTunnels();
    const { socket, frames, send } = await peer(listener.url);
    send({ type: 'data', stream: 9, payload: Buffer.from('x') });
    await until(() => frames.length === 1);
    expect(Buffer.from(frames[0] ?? '', 'hex').toString()).toMatch(/connection not found c-m-abcdefgh\/1\/9$/);
    socket.terminate();
  });
});

describe('the accepting end', () => {
  it('ends the session of a client that asks the server to dial', async () => {
    await using listener = await listenForTunnels();
    const { socket, send } = await peer(listener.url);
    send({ type: 'connect', stream: 1, proto: 'tcp', address: '169.254.169.254:80' });
    await once(socket, 'close');
    expect(listener.server.has(KEY)).toBe(false);
  });

  it.each(['tcp', 'unix', 'npipe', `${KEY}::tcp`, ''])('never dials for proto "%s"', async (proto) => {
    await using listener = await listenForTunnels();
    const { socket, send } = await peer(listener.url);
    send({ type: 'connect', stream: 7, proto, address: '/var/run/docker.sock' });
    await once(socket, 'close');
  });

  it('ends a session that sends text', async () => {
    await using listener = await listenForTunnels();
    const { socket } = await peer(listener.url);
    socket.send('hello');
    await once(socket, 'close');
  });

  it('ends a session that sends a message beyond the limit', async () => {
    await using listener = await listenForTunnels({ limits: { message: 1000 } });
    const { socket } = await peer(listener.url);
    socket.on('error', () => undefined);
    socket.send(Buffer.alloc(1001));
    await once(socket, 'close');
  });

  it('ends a stream whose far side ignores PAUSE', async () => {
    await using listener = await listenForTunnels({ limits: { streamBuffer: 3 * 1024 * 1024 } });
    const { socket, send } = await peer(listener.url);
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', 'a:1');
    const failed = once(stream, 'error');
    for (let count = 0; count < 8; count += 1) send({ type: 'data', stream: 2, payload: Buffer.alloc(512 * 1024) });
    expect(String((await failed)[0])).toMatch(/ignores PAUSE/);
    socket.terminate();
  });

  it('refuses more streams than its limit', async () => {
    await using listener = await listenForTunnels({ limits: { streams: 1 } });
    const session = await dialTunnel(listener.url, { onStream: () => undefined });
    await until(() => listener.server.has(KEY));
    const first = listener.server.dial(KEY, 'tcp', 'a:1');
    await expect(text(listener.server.dial(KEY, 'tcp', 'b:1'))).rejects.toThrow('too many streams');
    first.destroy();
    session.close('done');
  });

  it('closes what the client no longer knows, but not what it cannot know yet', async () => {
    const clock = new FakeClock(1_767_225_600_000);
    await using listener = await listenForTunnels({ clock });
    const { socket, send } = await peer(listener.url);
    await until(() => listener.server.has(KEY));
    const lost = listener.server.dial(KEY, 'tcp', 'a:1');
    const failed = once(lost, 'error');
    await clock.advance(31_000);
    const young = listener.server.dial(KEY, 'tcp', 'b:1');
    send({ type: 'sync', streams: [] });
    expect(String((await failed)[0])).toMatch(/no longer knows/);
    expect(young.destroyed).toBe(false);
    young.on('error', () => undefined);
    socket.terminate();
  });

  it('ends a session that has not pinged for a minute, data or not', async () => {
    const clock = new FakeClock(1_767_225_600_000);
    await using listener = await listenForTunnels({ clock });
    const { socket } = await peer(listener.url);
    await until(() => listener.server.has(KEY));
    await clock.advance(59_000);
    socket.ping();
    await once(socket, 'pong');
    await clock.advance(59_000);
    expect(listener.server.has(KEY)).toBe(true);
    const closed = once(socket, 'close');
    await clock.advance(1_000);
    await closed;
    expect(listener.server.has(KEY)).toBe(false);
  });

  it('uses the first session under a key, and the next when that is gone', async () => {
    await using listener = await listenForTunnels();
    const dialled: string[] = [];
    const open = (name: string) =>
      dialTunnel(listener.url, {
        onStream: (stream) => {
          dialled.push(name);
          stream.destroy();
        },
      });
    const first = await open('first');
    const second = await open('second');
    await until(() => listener.server.sessions(KEY).length === 2);
    listener.server.dial(KEY, 'tcp', 'a:1');
    await until(() => dialled.length === 1);
    first.close('gone');
    await until(() => listener.server.sessions(KEY).length === 1);
    listener.server.dial(KEY, 'tcp', 'a:1');
    await until(() => dialled.length === 2);
    expect(dialled).toEqual(['first', 'second']);
    second.close('done');
  });

  it('tells of the first session of a key and of the loss of the last', async () => {
    await using listener = await listenForTunnels();
    const told: string[] = [];
    listener.server.onChange((key, connected) => told.push(`${key} ${connected}`));
    const first = await dialTunnel(listener.url);
    const second = await dialTunnel(listener.url);
    first.close('gone');
    second.close('gone');
    await until(() => told.length === 2);
    expect(told).toEqual([`${KEY} true`, `${KEY} false`]);
  });

  it('ends every session under a key when told to', async () => {
    await using listener = await listenForTunnels();
    const session = await dialTunnel(listener.url);
    await until(() => listener.server.has(KEY));
    listener.server.close(KEY, 'the cluster was deleted');
    await session.closed;
  });

  it.each([
    ['broken', 503],
    [undefined, 401],
  ])('refuses a handshake for key %s with %i', async (key, status) => {
    await using listener = await listenForTunnels();
    const socket = new WebSocket(listener.url, key === undefined ? {} : { headers: { 'x-key': key } });
    const [, response] = await once(socket, 'unexpected-response');
    expect((response as { statusCode: number }).statusCode).toBe(status);
    socket.on('error', () => undefined);
    socket.terminate();
  });

  it('survives ten thousand random frames', async () => {
    await using listener = await listenForTunnels();
    for (let round = 0; round < 100; round += 1) {
      const { socket } = await peer(listener.url);
      socket.on('error', () => undefined);
      for (let count = 0; count < 100 && socket.readyState === WebSocket.OPEN; count += 1) {
        // Valid heads, so that the frames get past the decoder.
        const [stream = 0, type = 0, length = 0] = randomBytes(3);
        const bytes = Buffer.concat([Buffer.of(2, stream % 16, (type % 9) * 2, 0), randomBytes(length)]);
        socket.send(bytes);
      }
      socket.terminate();
    }
    const session = await dialTunnel(listener.url, { key: 'c-m-survivor' });
    await until(() => listener.server.has('c-m-survivor'));
    session.close('done');
  });
});

describe('the dialling end', () => {
  it('pings every five seconds', async () => {
    const clock = new FakeClock(1_767_225_600_000);
    const serverClock = new FakeClock(1_767_225_600_000);
    await using listener = await listenForTunnels({ clock: serverClock });
    const session = await dialTunnel(listener.url, { clock });
    await until(() => listener.server.has(KEY));
    await serverClock.advance(1_000);
    await clock.advance(5_000);
    await until(() => listener.server.sessions(KEY)[0]?.heard === 1_767_225_601_000);
    session.close('done');
  });

  it('tells every minute which streams it knows', async () => {
    const clock = new FakeClock(1_767_225_600_000);
    const serverClock = new FakeClock(1_767_225_600_000);
    await using listener = await listenForTunnels({ clock: serverClock });
    const arrived: Duplex[] = [];
    const session = await dialTunnel(listener.url, { clock, onStream: (stream) => void arrived.push(stream) });
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', 'a:1');
    await until(() => arrived.length === 1);
    for (let second = 0; second < 60; second += 5) {
      await serverClock.advance(5_000);
      await clock.advance(5_000);
      const heard = serverClock.now();
      await until(() => listener.server.sessions(KEY)[0]?.heard === heard);
    }
    expect(stream.destroyed).toBe(false);
    session.close('done');
  });

  it('survives random frames of a server, and serves the next one', async () => {
    const hostile = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(hostile, 'listening');
    hostile.on('connection', (socket) => {
      socket.on('error', () => undefined);
      for (let count = 0; count < 100 && socket.readyState === WebSocket.OPEN; count += 1) {
        const [stream = 0, type = 0, length = 0] = randomBytes(3);
        socket.send(Buffer.concat([Buffer.of(2, stream % 16, (type % 9) * 2, 0), randomBytes(length)]));
      }
      socket.send('the end');
    });
    const url = `ws://127.0.0.1:${(hostile.address() as AddressInfo).port}/`;
    for (let round = 0; round < 50; round += 1) {
      const session = await dialTunnel(url, { allow: () => false });
      await session.closed;
      expect(session.streams).toBe(0);
    }
    for (const socket of hostile.clients) socket.terminate();
    hostile.close();
  });

  it('says what the server answered when it refuses', async () => {
    await using listener = await listenForTunnels();
    const refused = await dialTunnel(listener.url.replace('/v3/connect', '/'), { key: 'broken' }).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(TunnelRefused);
    expect(refused).toMatchObject({ status: 503, message: expect.stringMatching(/cannot decide/) });
  });

  it('comes back after a loss, for ever, asking for fresh credentials each time', async () => {
    const clock = new FakeClock(1_767_225_600_000);
    await using listener = await listenForTunnels();
    const stop = new AbortController();
    const failures: string[] = [];
    let attempts = 0;
    const keeping = keepTunnel(
      {
        request: async () => {
          attempts += 1;
          if (attempts === 1) throw new Error('no token yet');
          return { url: listener.url, headers: { 'x-key': KEY } };
        },
        onStream: () => undefined,
        onFailure: ({ message }) => failures.push(message),
        name: 'test',
        clock,
        random: randomBytes,
        log: silentLog,
      },
      stop.signal,
    );
    await until(() => clock.waiting > 0);
    await clock.advance(10_000);
    await until(() => listener.server.has(KEY));
    listener.server.close(KEY, 'cut');
    await until(() => failures.length === 2);
    await clock.advance(10_000);
    await until(() => listener.server.has(KEY));
    stop.abort();
    await keeping;
    expect([attempts, failures[0]]).toEqual([3, 'no token yet']);
  });
});
