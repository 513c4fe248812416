import type { Duplex } from 'node:stream';
import type { Headers, Transport, TransportRequest, TransportResponse } from './transport.js';

/**
 * The answer to a request that asked for another protocol: the raw connection, whose owner the caller becomes, or the
 * refusal as an ordinary answer, after which the connection is closed and was never anybody's.
 */
export type Upgrade =
  | {
      readonly switched: true;
      readonly headers: Headers;
      readonly socket: Duplex;
      /** Bytes of the new protocol that came with the head: they precede what `socket` yields. */
      readonly head: Uint8Array;
    }
  | { readonly switched: false; readonly response: TransportResponse };

/** A transport over real connections, which it closes when disposed. */
export interface ConnectionTransport extends Transport, AsyncDisposable {
  /**
   * Sends a request whose headers ask for an upgrade (`connection: Upgrade`, `upgrade: websocket`).
   *
   * @throws TransportError when no answer came.
   */
  upgrade(request: Omit<TransportRequest, 'body'>): Promise<Upgrade>;
}
