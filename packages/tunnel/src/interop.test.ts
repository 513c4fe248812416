import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestOptions, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialTunnel, listenForTunnels } from './testing/pair.js';
import { buildUpstreamPeer, runUpstreamPeer } from './testing/upstream-peer.js';

const KEY = 'c-m-abcdefgh';
const peer = await buildUpstreamPeer();
const program = 'program' in peer ? peer.program : '';
const name = 'absent' in peer ? `upstream's remotedialer (skipped: ${peer.absent})` : "upstream's remotedialer";

afterAll(() => peer[Symbol.asyncDispose]());

const until = async (condition: () => boolean): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await turn();
  }
};

describe.skipIf('absent' in peer)(name, () => {
  /** Answers a GET with ten megabytes, a POST with its body, and a PUT, once it has all of it, with its digest. */
  const bulk = randomBytes(10_000_000);
  const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const origin = createServer((incoming, response) => {
    if (incoming.method === 'GET') response.end(bulk);
    else if (incoming.method === 'POST') incoming.pipe(response);
    else void buffer(incoming).then((bytes) => response.end(digest(bytes)));
  });
  let address: string;

  beforeAll(async () => {
    origin.listen(0, '127.0.0.1');
    await once(origin, 'listening');
    address = `127.0.0.1:${(origin.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    origin.close();
    origin.closeAllConnections();
  });

  const ask = async (
    options: RequestOptions,
    body?: Uint8Array,
  ): Promise<{ status: number | undefined; body: Buffer }> => {
    const outgoing = request(options);
    outgoing.end(body);
    const [response] = await once(outgoing, 'response');
    return { status: response.statusCode, body: await buffer(response) };
  };

  it('dials our server, and carries what we dial through it', async () => {
    await using listener = await listenForTunnels();
    await using upstream = await runUpstreamPeer(program, 'client', listener.url, KEY);
    expect(upstream.line).toBe('connected');
    await until(() => listener.server.has(KEY));
    const createConnection = () => listener.server.dial(KEY, 'tcp', address) as never;
    const got = await ask({ method: 'GET', path: '/', createConnection });
    expect(got.body.equals(bulk)).toBe(true);
    const put = await ask({ method: 'PUT', path: '/', createConnection }, bulk);
    expect(put.body.toString()).toBe(digest(bulk));
    const small = bulk.subarray(0, 500_000);
    const posted = await ask({ method: 'POST', path: '/', createConnection }, small);
    expect(posted.body.equals(small)).toBe(true);
  });

  it('as a client is paused by our stalled reader and goes on when it reads', async () => {
    await using listener = await listenForTunnels();
    await using _upstream = await runUpstreamPeer(program, 'client', listener.url, KEY);
    await until(() => listener.server.has(KEY));
    const stream = listener.server.dial(KEY, 'tcp', address);
    stream.write('GET / HTTP/1.1\r\nhost: origin\r\nconnection: close\r\n\r\n');
    await until(() => stream.readableLength > 2 * 1024 * 1024);
    for (let turns = 0; turns < 500; turns += 1) await turn();
    expect(stream.readableLength).toBeLessThan(bulk.byteLength);
    expect((await buffer(stream)).byteLength).toBeGreaterThan(bulk.byteLength);
  });

  it('as a client tells us why it could not connect', async () => {
    await using listener = await listenForTunnels();
    await using _upstream = await runUpstreamPeer(program, 'client', listener.url, KEY);
    await until(() => listener.server.has(KEY));
    await expect(text(listener.server.dial(KEY, 'tcp', '127.0.0.1:1'))).rejects.toThrow(/connection refused/);
  });

  it('as a client lets go of the origin when we close', async () => {
    await using listener = await listenForTunnels();
    await using _upstream = await runUpstreamPeer(program, 'client', listener.url, KEY);
    await until(() => listener.server.has(KEY));
    const arrived = once(origin, 'connection');
    const stream = listener.server.dial(KEY, 'tcp', address);
    const [socket] = await arrived;
    stream.destroy();
    await once(socket, 'close');
  });

  it('accepts our client, and dials through it', async () => {
    await using upstream = await runUpstreamPeer(program, 'server');
    const [host, port] = upstream.line.split(':') as [string, string];
    const session = await dialTunnel(`ws://${upstream.line}/v3/connect`, { key: KEY });
    const answer = await ask({ method: 'POST', host, port, path: `/dial?key=${KEY}&address=${address}` }, bulk);
    expect([answer.status, answer.body.equals(bulk)]).toEqual([200, true]);
    await until(() => session.streams === 0);
    session.close('done');
  });

  it('as a server learns why our client could not connect', async () => {
    await using upstream = await runUpstreamPeer(program, 'server');
    const [host, port] = upstream.line.split(':') as [string, string];
    const session = await dialTunnel(`ws://${upstream.line}/v3/connect`, { key: KEY });
    const answer = await ask({ method: 'POST', host, port, path: `/dial?key=${KEY}&address=127.0.0.1:1` });
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toMatch(/ECONNREFUSED/);
    session.close('done');
  });
});
