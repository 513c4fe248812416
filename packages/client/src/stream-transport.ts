import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import type { Secret } from '@drover/kit';
import type { ConnectionTransport } from './connection-transport.js';
import { httpTransport } from './http-exchange.js';
import type { TokenSource } from './token.js';

/** How HTTP is spoken over dialled streams. */
export interface StreamTransportOptions {
  /** `host:port` for the Host header and for messages; nothing is resolved. */
  readonly host: string;
  /** Absent: plain HTTP, which only an end-to-end protected stream may carry. */
  readonly tls?: {
    /** PEM of the authorities to trust; there is no falling back to the system's. */
    readonly ca: string;
    /** Name or address that the server's certificate must carry. */
    readonly serverName: string;
    readonly cert?: string | undefined;
    readonly key?: Secret | undefined;
  };
  readonly token?: TokenSource;
  readonly headers?: Readonly<Record<string, string>>;
  /** Streams at once; more requests wait. Default 64. */
  readonly maxSockets?: number;
  /** How long an unused stream is kept for the next request. Default 30 s. */
  readonly idleMs?: number;
}

/**
 * HTTP/1.1 over whatever byte streams `dial` opens (a tunnel's), with TLS on top when asked: reuse of at most `maxSockets`
 * streams. A stream that fails fails its request with the stream's own error.
 */
export function streamTransport(
  dial: () => Duplex | Promise<Duplex>,
  options: StreamTransportOptions,
): ConnectionTransport {
  const { host, tls, token, headers, maxSockets = 64, idleMs = 30_000 } = options;
  const agent = new DialAgent(dial, tls, {
    keepAlive: tls !== undefined,
    maxSockets,
    // Each stream kept is a TLS handshake through the tunnel spared; idle ones go after `idleMs`.
    maxFreeSockets: maxSockets,
    scheduling: 'lifo',
    // Only what TLS makes of a stream has a socket's timeouts; without it each request dials, and nothing is idle.
    ...(tls === undefined ? {} : { timeout: idleMs }),
  });
  return httpTransport({
    label: `${tls === undefined ? 'http' : 'https'}://${host}`,
    secure: false,
    host: 'stream',
    port: 1,
    agent,
    pathPrefix: '',
    token,
    headers: { host, ...headers },
  });
}

/** An agent whose connections come from `dial`. */
class DialAgent extends Agent {
  readonly #dial: () => Duplex | Promise<Duplex>;
  readonly #tls: StreamTransportOptions['tls'];

  constructor(dial: () => Duplex | Promise<Duplex>, tls: StreamTransportOptions['tls'], options: AgentOptions) {
    super(options);
    this.#dial = dial;
    this.#tls = tls;
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    this.#open().then(
      (stream) => callback?.(null, stream),
      (error: unknown) => {
        // The type demands a stream also for a failure; node reads only the error.
        const failed = callback as ((error: Error) => void) | undefined;
        failed?.(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return undefined;
  }

  async #open(): Promise<Duplex> {
    const stream = await this.#dial();
    if (stream.destroyed) throw stream.errored ?? new Error('the stream was closed');
    return this.#tls === undefined ? stream : secured(stream, this.#tls);
  }
}

function secured(stream: Duplex, tls: NonNullable<StreamTransportOptions['tls']>): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      socket: stream,
      ca: tls.ca,
      // RFC 6066 forbids addresses in SNI; the check of the certificate against the address happens all the same.
      ...(isAddress(tls.serverName) ? { host: tls.serverName } : { servername: tls.serverName }),
      ...(tls.cert === undefined ? {} : { cert: tls.cert }),
      ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
      ALPNProtocols: ['http/1.1'],
    });
    socket.once('secureConnect', () => resolve(socket));
    // Stays for good: a stream that breaks during the handshake is told of twice, by itself and by the TLS on top, and an error
    // that nobody listens to would end the process.
    socket.on('error', reject);
    stream.on('error', (error) => socket.destroy(error));
    stream.once('close', () => socket.destroy());
  });
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(':');
}
