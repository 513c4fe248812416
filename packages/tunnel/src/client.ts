import type { IncomingMessage } from 'node:http';
import { type Backoff, type Clock, delayMs, type Log, type RandomBytes, randomFraction } from '@drover/kit';
import { WebSocket } from 'ws';
import { defaultLimits, type TunnelLimits } from './limits.js';
import type { StreamHandler, TunnelSession } from './session.js';
import { WebSocketSession } from './websocket-session.js';

/** How to open a tunnel. */
export interface TunnelClientOptions {
  /** `wss://host/v3/connect`; `ws:` is for tests and for hops inside of one host. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Serves what the far side dials. */
  readonly onStream: StreamHandler;
  /** What log lines call the far side. */
  readonly name: string;
  readonly limits?: Partial<TunnelLimits>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** The server has answered the handshake with something else than a tunnel. */
export class TunnelRefused extends Error {
  override readonly name = 'TunnelRefused';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const HANDSHAKE_MS = 10_000;

/** A refusal's text is for an admin to read; a proxy's HTML page is cut here. */
const REFUSAL_LIMIT = 512;

/**
 * Opens one tunnel; resolves when the handshake is done.
 *
 * @throws TunnelRefused when the server answers with another status.
 * @throws Error when there is no answer (refused, TLS, time).
 */
export function openTunnel(options: TunnelClientOptions, signal?: AbortSignal): Promise<TunnelSession> {
  const { url, headers, ca, onStream, name, clock, random, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = new WebSocket(url, {
      headers: { ...headers },
      ...(ca === undefined ? {} : { ca }),
      perMessageDeflate: false,
      skipUTF8Validation: true,
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: limits.message,
      followRedirects: false,
      // Masks keep scripts of a browser from forging what a plaintext proxy sees (RFC 6455, 10.3). Inside of TLS there is no such
      // proxy, and a mask of zeros spares both ends a pass over every byte.
      ...(url.startsWith('wss:') ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
    const abort = (): void => socket.terminate();
    signal?.addEventListener('abort', abort, { once: true });
    const failed = (error: Error): void => {
      signal?.removeEventListener('abort', abort);
      reject(signal?.aborted ? signal.reason : error);
    };
    socket.once('error', failed);
    socket.once('unexpected-response', (_request, response) => {
      void readRefusal(response).then((text) => {
        const status = response.statusCode ?? 0;
        socket.terminate();
        failed(new TunnelRefused(status, `the server answered ${status}${text === '' ? '' : `: ${text}`}`));
      });
    });
    socket.once('open', () => {
      socket.removeListener('error', failed);
      signal?.removeEventListener('abort', abort);
      const session = new WebSocketSession(socket, {
        clientKey: name,
        sessionKey: 1,
        end: 'dialled',
        onStream,
        limits,
        clock,
        random,
        log,
      });
      const leave = (): void => session.close('stopping');
      signal?.addEventListener('abort', leave, { once: true });
      void session.closed.then(() => signal?.removeEventListener('abort', leave));
      resolve(session);
    });
  });
}

/** Between attempts: five to ten seconds, as upstream's agents. */
const RECONNECT: Backoff = { baseMs: 10_000, capMs: 10_000 };

/** What is new for each attempt, and who is told. */
export interface KeepTunnelOptions extends Omit<TunnelClientOptions, 'url' | 'headers'> {
  /** Asked before each attempt: tokens are renewed, and the path changes after the first success. */
  readonly request: () => Promise<Pick<TunnelClientOptions, 'url' | 'headers'>>;
  /** Called for each session when it begins. */
  readonly onConnect?: (session: TunnelSession) => void;
  /** Called with why an attempt failed, or why a session ended. */
  readonly onFailure: (error: Error) => void;
  /** Default: five to ten seconds between attempts. */
  readonly backoff?: Backoff;
}

/** Keeps a tunnel open, for ever: resolves when `signal` aborts. Never rejects. */
export async function keepTunnel(options: KeepTunnelOptions, signal: AbortSignal): Promise<void> {
  const { request, onConnect, onFailure, clock, random, backoff = RECONNECT } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const session = await openTunnel({ ...options, ...(await request()) }, signal);
      failures = 0;
      onConnect?.(session);
      const reason = await session.closed;
      if (!signal.aborted) onFailure(new Error(`the tunnel was closed: ${reason}`));
    } catch (error) {
      if (signal.aborted) return;
      onFailure(error instanceof Error ? error : new Error(String(error)));
    }
    const pause = delayMs(failures, backoff, () => randomFraction(random));
    failures += 1;
    await clock.sleep(pause, signal).catch(() => undefined);
  }
}

async function readRefusal(response: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > REFUSAL_LIMIT) break;
    }
  } catch {
    // The status says enough.
  }
  return text.slice(0, REFUSAL_LIMIT).trim();
}
