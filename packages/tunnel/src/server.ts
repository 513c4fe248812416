import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { type WebSocket, WebSocketServer } from 'ws';
import { defaultLimits, PING_EVERY_MS, type TunnelLimits } from './limits.js';
import type { TunnelSession } from './session.js';
import { WebSocketSession } from './websocket-session.js';

/** Whether a client may open a tunnel: under which key, or which refusal it gets. */
export type TunnelAuthorization =
  | { readonly clientKey: string }
  | { readonly status: 400 | 401 | 403 | 429 | 503; readonly message: string };

/** What a tunnel server needs. */
export interface TunnelServerOptions {
  /** Decides by the request's headers. What it throws is logged, and answered with 503. */
  readonly authorize: (request: IncomingMessage) => Promise<TunnelAuthorization>;
  readonly limits?: Partial<TunnelLimits>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Thrown by `dial` when no client is connected under the key. */
export class NoSession extends Error {
  override readonly name = 'NoSession';

  constructor(readonly clientKey: string) {
    super(`failed to find Session for client ${clientKey}`);
  }
}

/** The accepting end of tunnels, for any number of clients. Disposing it ends every session. */
export interface TunnelServer extends AsyncDisposable {
  /** Answers a WebSocket handshake on its raw connection; resolves when it is answered, also when refused. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /**
   * A stream to `address` (`host:port`) as the client reaches it. There is no acknowledgement: bytes may be written at once,
   * and a failure to connect arrives as the stream's error.
   *
   * @throws NoSession when no client has this key.
   */
  dial(clientKey: string, proto: 'tcp', address: string): Duplex;
  has(clientKey: string): boolean;
  /** The sessions under a key, oldest first. */
  sessions(clientKey: string): readonly TunnelSession[];
  /** Ends every session under a key. */
  close(clientKey: string, reason: string): void;
  /** Calls `listener` when a key gets its first session (true) and when it has lost its last (false). */
  onChange(listener: (clientKey: string, connected: boolean) => void): Disposable;
}

/** A session is passed over when its client has missed this many pings and another session's has not. */
const MISSED_PINGS = 3;

/** Makes the accepting end; `accept` is to be called from an HTTP server's `upgrade` event. */
export function createTunnelServer(options: TunnelServerOptions): TunnelServer {
  const { authorize, clock, random, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const sessions = new Map<string, WebSocketSession[]>();
  const listeners = new Set<(clientKey: string, connected: boolean) => void>();
  let sessionKeys = 0;
  const handshakes = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    skipUTF8Validation: true,
    maxPayload: limits.message,
  });

  const tell = (clientKey: string, connected: boolean): void => {
    for (const listener of [...listeners]) {
      try {
        listener(clientKey, connected);
      } catch (error) {
        log.error('a listener of the tunnel threw', { error });
      }
    }
  };

  const register = (clientKey: string, socket: WebSocket): void => {
    sessionKeys += 1;
    const session = new WebSocketSession(socket, {
      clientKey,
      sessionKey: sessionKeys,
      end: 'accepted',
      limits,
      clock,
      random,
      log,
    });
    const all = sessions.get(clientKey) ?? [];
    sessions.set(clientKey, [...all, session]);
    log.info('tunnel opened', { clientKey, sessions: all.length + 1 });
    if (all.length >= limits.sessions) all[0]?.close('too many sessions under one key');
    void session.closed.then((reason) => {
      const rest = (sessions.get(clientKey) ?? []).filter((other) => other !== session);
      if (rest.length > 0) sessions.set(clientKey, rest);
      else sessions.delete(clientKey);
      log.info('tunnel closed', { clientKey, reason, sessions: rest.length });
      if (rest.length === 0) tell(clientKey, false);
    });
    if (all.length === 0) tell(clientKey, true);
  };

  const choose = (clientKey: string): WebSocketSession => {
    const all = sessions.get(clientKey) ?? [];
    const silence = clock.now() - MISSED_PINGS * PING_EVERY_MS;
    const session = all.find(({ heard }) => heard >= silence) ?? all[0];
    if (session === undefined) throw new NoSession(clientKey);
    return session;
  };

  return {
    async accept(request, socket, head) {
      let gone = false;
      const lose = (): void => {
        gone = true;
        socket.destroy();
      };
      socket.on('error', lose);
      socket.on('close', lose);
      const authorization = await authorize(request).catch((error: unknown): TunnelAuthorization => {
        log.error('cannot decide about a tunnel', { error });
        return { status: 503, message: 'the server cannot decide right now' };
      });
      if (gone) return;
      if (!('clientKey' in authorization)) {
        refuse(socket, authorization.status, authorization.message);
        return;
      }
      socket.removeListener('error', lose);
      socket.removeListener('close', lose);
      handshakes.handleUpgrade(request, socket, head, (websocket) => register(authorization.clientKey, websocket));
    },
    dial: (clientKey, proto, address) => choose(clientKey).dial(proto, address),
    has: (clientKey) => sessions.has(clientKey),
    sessions: (clientKey) => sessions.get(clientKey) ?? [],
    close(clientKey, reason) {
      for (const session of sessions.get(clientKey) ?? []) session.close(reason);
    },
    onChange(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    async [Symbol.asyncDispose]() {
      const all = [...sessions.values()].flat();
      for (const session of all) session.close('the server is stopping');
      await Promise.all(all.map(({ closed }) => closed));
      handshakes.close();
    },
  };
}

function refuse(socket: Duplex, status: number, message: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`,
  );
}
