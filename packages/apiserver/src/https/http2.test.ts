import { EventEmitter, once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer, type TLSSocket } from 'node:tls';
import type { ApiRequest, ApiResponse } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { readBody } from '../request/body.js';
import type { ApiServer } from '../server.js';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp2 } from './http2.js';
import { STALL_MS } from './sending.js';

const IDLE_MS = 20;

/** A connection to a server that answers so. */
async function withSession(
  handle: ApiServer['handle'],
  work: (session: ClientHttp2Session) => Promise<void>,
  stallMs = STALL_MS,
): Promise<void> {
  await using test = await openTestServer();
  const { certPem, keyPem } = await test.server.servingCertificate(['127.0.0.1']);
  const connections = serveHttp2({ ...test.server, handle }, { headerBytes: 1024, idleMs: IDLE_MS, stallMs }, () => {});
  const front = createServer({ cert: certPem, key: keyPem, ALPNProtocols: ['h2'] });
  front.on('secureConnection', (socket: TLSSocket) => connections.take(socket));
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const bound = front.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const session = connect(`https://127.0.0.1:${port}`, { ca: test.server.caPem });
  try {
    await work(session);
  } finally {
    session.destroy();
    front.close();
  }
}

describe('a connection of HTTP/2', () => {
  it('that was idle with a quiet watch is closed when it is idle without', async () => {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const quiet = async (): Promise<ApiResponse> => ({
      status: 200,
      headers: {},
      body: (async function* () {
        await ended;
        yield* [];
      })(),
    });
    await withSession(quiet, async (session) => {
      const closed = once(session, 'close');
      const watch = session.request({ ':path': '/quiet' });
      await once(watch, 'response');
      session.setTimeout(IDLE_MS * 3);
      await once(session, 'timeout');
      expect(session.closed).toBe(false);
      end();
      watch.resume();
      await closed;
    });
  });

  it('cuts a watch whose reader takes nothing, also when it was quiet for longer than that before', async () => {
    const speaker = new EventEmitter();
    const spoken = once(speaker, 'speak');
    const watched = async (): Promise<ApiResponse> => ({
      status: 200,
      headers: {},
      body: (async function* () {
        await spoken;
        try {
          for (;;) yield Buffer.alloc(100_000);
        } finally {
          speaker.emit('cut');
        }
      })(),
    });
    const stallMs = 50;
    await withSession(
      watched,
      async (session) => {
        const watch = session.request({ ':path': '/watch' });
        await once(watch, 'response');
        session.setTimeout(stallMs * 3);
        await once(session, 'timeout');
        session.setTimeout(0);
        expect(watch.closed).toBe(false);
        const cut = once(speaker, 'cut');
        speaker.emit('speak');
        await cut;
      },
      stallMs,
    );
  });

  it.each(['as a whole', 'in pieces'])('takes no body for whole, read %s, that is reset', async (how) => {
    const reader = new EventEmitter();
    const begun = once(reader, 'reading');
    const reading = async ({ body }: ApiRequest): Promise<ApiResponse> => {
      const pieces = (async function* () {
        yield* body;
      })();
      const read = readBody(how === 'in pieces' ? pieces : body, undefined);
      reader.emit('reading', read);
      return { status: 200, headers: {}, body: await read };
    };
    await withSession(reading, async (session) => {
      const sent = session.request({ ':method': 'POST', ':path': '/' });
      sent.on('error', () => {});
      sent.write('kind: ConfigMap\n');
      const [read] = await begun;
      // Not `close`, with which Node's client ends the body before it resets the stream.
      session.destroy();
      await expect(read).rejects.toMatchObject({ reason: 'BadRequest' });
    });
  });

  it('loses no more than a request that meets a mistake', async () => {
    let asked = 0;
    const mistaken = async (): Promise<ApiResponse> => {
      asked += 1;
      if (asked === 1) throw new TypeError('a mistake');
      return { status: 200, headers: {}, body: Buffer.from('ok') };
    };
    await withSession(mistaken, async (session) => {
      await expect(once(session.request({ ':path': '/' }), 'response')).rejects.toThrow('NGHTTP2_INTERNAL_ERROR');
      const [{ ':status': status }] = await once(session.request({ ':path': '/' }), 'response');
      expect(status).toBe(200);
    });
  });
});
