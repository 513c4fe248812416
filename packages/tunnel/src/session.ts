import type { Duplex } from 'node:stream';

/**
 * One remotedialer session over one WebSocket. Either side may open streams; which dials from the far side are obeyed is the
 * owner's decision (`onDial`), and a server's answer is none.
 */
export interface TunnelSession {
  /** The key under which the far side registered (`c-m-abcdefgh`, `stv-cluster-c-m-abcdefgh`). */
  readonly clientKey: string;
  /** Asks the far side to connect to `address` (`host:port`); failure arrives as the stream's error. */
  dial(proto: 'tcp', address: string): Duplex;
  /** Resolves with the reason when the session has ended. */
  readonly closed: Promise<string>;
  close(reason: string): void;
}
