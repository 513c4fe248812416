import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { createServer, type TLSSocket } from 'node:tls';
import type { ApiResponse } from '@drover/api';
import { describe, expect, it } from 'vitest';
import type { ApiServer } from '../server.js';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp2 } from './http2.js';
import { STALL_MS } from './sending.js';

const IDLE_MS = 20;

/** A connection to a server that answers so. */
async function withSession(
  handle: ApiServer['handle'],
  work: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  await using test = await openTestServer();
  const { certPem, keyPem } = await test.server.servingCertificate(['127.0.0.1']);
  const connections = serveHttp2(
    { ...test.server, handle },
    { headerBytes: 1024, idleMs: IDLE_MS, stallMs: STALL_MS },
    () => {},
  );
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
