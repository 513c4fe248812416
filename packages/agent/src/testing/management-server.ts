import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestAuthority } from '@drover/client/testing';
import { type Clock, silentLog } from '@drover/kit';
import { createTunnelServer, type TunnelServer } from '@drover/tunnel';

/** What an agent sees of a management server. */
export interface FakeManagementServer extends AsyncDisposable {
  readonly url: string;
  readonly caChecksum: string;
  readonly tunnels: TunnelServer;
  /** The paths and registration headers of handshakes, in order. */
  readonly handshakes: { readonly path: string; readonly params: unknown }[];
  /** Tokens that it accepts; a test may remove one. */
  readonly tokens: Set<string>;
}

/** `/ping`, the CA, and the two kinds of tunnel, for one cluster. */
export async function startManagementServer(authority: TestAuthority, clock: Clock): Promise<FakeManagementServer> {
  const handshakes: { path: string; params: unknown }[] = [];
  const tokens = new Set(['good-token']);
  const tunnels = createTunnelServer({
    async authorize({ url = '', headers }) {
      const bearer = /^Bearer stv-cluster-(.+)$/.exec(headers.authorization ?? '')?.[1];
      const token = bearer ?? String(headers['x-api-tunnel-token']);
      if (!tokens.has(token)) return { status: 401, message: 'failed authentication' };
      const params = headers['x-api-tunnel-params'];
      handshakes.push({
        path: url,
        params: typeof params === 'string' ? JSON.parse(Buffer.from(params, 'base64').toString()) : undefined,
      });
      return { clientKey: bearer === undefined ? 'c-m-abcdefgh' : 'stv-cluster-c-m-abcdefgh' };
    },
    clock,
    random: randomBytes,
    log: silentLog,
  });
  const server = createServer(await authority.issue('127.0.0.1'), (request, response) => {
    if (request.url === '/ping') response.end('pong');
    else if (request.url === '/v3/settings/cacerts') response.end(JSON.stringify({ value: authority.ca.trim() }));
    else response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => void tunnels.accept(request, socket, head));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caChecksum: createHash('sha256').update(`${authority.ca.trim()}\n`).digest('hex'),
    tunnels,
    handshakes,
    tokens,
    async [Symbol.asyncDispose]() {
      await tunnels[Symbol.asyncDispose]();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
