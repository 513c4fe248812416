import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock, Log } from '@drover/kit';
import type { StreamHandler } from './session.js';

/** Which TCP addresses the far side may have, and how they are dialled. */
export interface RelayOptions {
  /** Decides by the address as it was asked for, before anything is resolved. */
  readonly allow: (host: string, port: number) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long a connection may take to come about, as upstream's. */
const DIAL_MS = 60_000;

/** Connects what the far side dials: bytes go both ways, with backpressure, until either side closes. */
export function relayTcp({ allow, clock, log }: RelayOptions): StreamHandler {
  return (stream, proto, address) => {
    const target = parseAddress(address);
    if (proto !== 'tcp' || target === undefined) {
      stream.destroy(new Error(`dial ${proto}/${address}: only tcp/host:port is supported`));
    } else if (!allow(target.host, target.port)) {
      log.warn('refused a dial that no rule allows', { address });
      stream.destroy(new Error(`dial tcp ${address}: connect not allowed`));
    } else {
      join(stream, connect({ ...target, noDelay: true }), address, clock);
    }
  };
}

function join(stream: Duplex, socket: Socket, address: string, clock: Clock): void {
  const timer = clock.after(DIAL_MS, () => socket.destroy(new Error('i/o timeout')));
  socket.once('connect', () => timer[Symbol.dispose]());
  socket.on('error', (error) => stream.destroy(new Error(`dial tcp ${address}: ${error.message}`)));
  socket.once('close', () => {
    timer[Symbol.dispose]();
    // A reset without an error of its own still ends the stream; after a graceful end this does nothing.
    if (!stream.writableEnded) stream.end();
  });
  stream.once('error', () => socket.destroy());
  // There is no half-close: once all is written that came through the tunnel, the connection is of no use.
  stream.once('close', () => socket.destroySoon());
  socket.pipe(stream);
  stream.pipe(socket);
}

/** `host:port` and `[v6]:port`. */
export function parseAddress(address: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  if (match === null) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}
