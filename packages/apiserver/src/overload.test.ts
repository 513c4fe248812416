import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect as openSession } from 'node:http2';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./testing/own-process-server.js', import.meta.url));
const MiB = 1024 * 1024;
/** What the server may take for all that is asked of it below, beside what it takes when nothing is. */
const MORE = 256 * MiB;
const STATUS = '/proc/self/status';
/** For a machine that has much else to do. */
const PATIENCE_MS = 60_000;

interface Place {
  readonly url: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

let child: ChildProcess;
let dataDir: string;
let place: Place;
let idle: number;
const sockets: TLSSocket[] = [];
const sessions: ClientHttp2Session[] = [];

/** The most memory that the server has had, in bytes. */
function peak(): number {
  const [, kilobytes = ''] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

const hasProc = existsSync(STATUS);

describe.skipIf(!hasProc)(`a server under more than it can do${hasProc ? '' : ' (skipped: needs /proc)'}`, () => {
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'drover-overload-'));
    child = spawn(process.execPath, [PROGRAM, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface(child.stdout as Readable), 'line');
    place = JSON.parse(line);
    expect((await ask('GET', '/livez')).status).toBe(200);
    idle = peak();
  }, PATIENCE_MS);
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    for (const session of sessions) session.destroy();
    agent.destroy();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(dataDir, { recursive: true });
  }, PATIENCE_MS);

  const agent = new Agent({ maxSockets: 64 });
  async function ask(method: string, path: string, body?: Uint8Array): Promise<{ readonly status: number }> {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(`${place.url}${path}`, { ...place, method, headers, agent });
    // It may answer before it has taken the body, and hang up.
    sent.on('error', () => {});
    sent.end(body);
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'close');
    return { status: response.statusCode };
  }

  async function opened(): Promise<TLSSocket> {
    const socket = connect({ ...place, host: '127.0.0.1', port: Number(new URL(place.url).port) });
    sockets.push(socket);
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    return socket;
  }

  it(
    'takes no more memory than its bounds allow, and goes on answering',
    async () => {
      // Heads that never end, on many connections.
      const slow = await Promise.all(Array.from({ length: 40 }, opened));
      for (const socket of slow) socket.write(`GET /livez HTTP/1.1\r\nx-long: ${'x'.repeat(32_000)}`);
      // Bodies of the largest size, of one who may not write, and for what everybody may ask.
      const large = Buffer.alloc(3 * MiB, 0x20);
      const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      await Promise.allSettled(
        Array.from({ length: 32 }, (_, index) =>
          ask('POST', index % 2 === 0 ? '/api/v1/namespaces/default/configmaps' : reviews, large),
        ),
      );
      // The largest documents, as often as a connection may ask at a time, which nobody takes.
      for (let count = 0; count < 4; count++) {
        const session = openSession(place.url, { ...place, settings: { initialWindowSize: 0 } });
        sessions.push(session);
        session.on('error', () => {});
        await once(session, 'connect');
        for (let stream = 0; stream < 100; stream++) {
          const one = session.request({ ':path': '/openapi/v2' });
          one.on('error', () => {});
        }
      }
      expect((await ask('GET', '/livez')).status).toBe(200);
      expect((peak() - idle) / MiB).toBeLessThan(MORE / MiB);
    },
    PATIENCE_MS,
  );
});
