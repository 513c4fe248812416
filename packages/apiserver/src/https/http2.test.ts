import { once } from 'node:events';
import { connect } from 'node:http2';
import { createServer, type TLSSocket } from 'node:tls';
import type { ApiResponse } from '@drover/api';
import { describe, expect, it } from 'vitest';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp2 } from './http2.js';

const IDLE_MS = 20;

describe('a connection of HTTP/2', () => {
  it('that was idle with a quiet watch is closed when it is idle without', async () => {
    await using test = await openTestServer();
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
    const { certPem, keyPem } = await test.server.servingCertificate(['127.0.0.1']);
    const connections = serveHttp2({ ...test.server, handle: quiet }, { headerBytes: 1024, idleMs: IDLE_MS }, () => {});
    const front = createServer({ cert: certPem, key: keyPem, ALPNProtocols: ['h2'] });
    front.on('secureConnection', (socket: TLSSocket) => connections.take(socket));
    await once(front.listen(0, '127.0.0.1'), 'listening');
    const bound = front.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    const client = connect(`https://127.0.0.1:${port}`, { ca: test.server.caPem });
    const closed = once(client, 'close');
    const watch = client.request({ ':path': '/quiet' });
    await once(watch, 'response');
    client.setTimeout(IDLE_MS * 3);
    await once(client, 'timeout');
    expect(client.closed).toBe(false);
    end();
    watch.resume();
    await closed;
    front.close();
  });
});
