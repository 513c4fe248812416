import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { type Clock, silentLog, systemClock } from '@drover/kit';
import { openTunnel } from '../client.js';
import type { TunnelLimits } from '../limits.js';
import { relayTcp } from '../relay-tcp.js';
import { createTunnelServer, type TunnelServer } from '../server.js';
import type { StreamHandler, TunnelSession } from '../session.js';

/** A tunnel server behind an HTTP server on the loopback. */
export interface TestTunnelServer extends AsyncDisposable {
  readonly server: TunnelServer;
  readonly url: string;
}

/** Starts one; the client key is the request's `x-key`, `refused` being refused. */
export async function listenForTunnels(
  options: { limits?: Partial<TunnelLimits>; clock?: Clock } = {},
): Promise<TestTunnelServer> {
  const { clock = systemClock, limits = {} } = options;
  const server = createTunnelServer({
    async authorize({ headers }) {
      const key = headers['x-key'];
      if (key === 'broken') throw new Error('the database is down');
      if (typeof key !== 'string') return { status: 401, message: 'failed authentication' };
      return { clientKey: key };
    },
    limits,
    clock,
    random: randomBytes,
    log: silentLog,
  });
  const http: Server = createServer();
  http.on('upgrade', (request, socket, head) => void server.accept(request, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    server,
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/v3/connect`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      http.close();
      http.closeAllConnections();
      await once(http, 'close');
    },
  };
}

/** Opens a tunnel to `url` that relays what is asked for. */
export function dialTunnel(
  url: string,
  options: {
    key?: string;
    onStream?: StreamHandler;
    clock?: Clock;
    allow?: (host: string, port: number) => boolean;
  } = {},
): Promise<TunnelSession> {
  const { key = 'c-m-abcdefgh', clock = systemClock, allow = () => true } = options;
  return openTunnel({
    url,
    headers: { 'x-key': key },
    onStream: options.onStream ?? relayTcp({ allow, clock, log: silentLog }),
    name: 'test',
    clock,
    random: randomBytes,
    log: silentLog,
  });
}

/** A TCP server on the loopback that hands each connection to `serve`. */
export async function listenTcp(
  serve: (socket: Socket) => void,
): Promise<AsyncDisposable & { readonly address: string }> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
