import { once } from 'node:events';
import { createServer, request } from 'node:https';
import { describe, expect, it } from 'vitest';
import { openTestServer } from '../testing/test-server.js';
import { serveHttp1 } from './http1.js';

describe('a connection of HTTP/1.1', () => {
  it.each([{}, { connection: 'Upgrade', upgrade: 'websocket' }])(
    'is cut when its request %o meets a mistake',
    async (headers) => {
      await using test = await openTestServer();
      const mistaken = async (): Promise<never> => {
        throw new TypeError('a mistake');
      };
      const { certPem: cert, keyPem: key } = await test.server.servingCertificate(['127.0.0.1']);
      const front = createServer({ cert, key });
      serveHttp1(front, { ...test.server, handle: mistaken, upgrade: mistaken }, () => {});
      await once(front.listen(0, '127.0.0.1'), 'listening');
      const bound = front.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
      const sent = request({ host: '127.0.0.1', port, headers, agent: false, ca: test.server.caPem });
      sent.end();
      await expect(once(sent, 'response')).rejects.toThrow('socket hang up');
      front.close();
    },
  );
});
