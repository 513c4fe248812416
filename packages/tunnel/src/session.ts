import type { Duplex } from 'node:stream';

/**
 * One remotedialer session over one WebSocket. Either side may open streams; which dials from the far side are obeyed is the
 * owner's decision (`onStream`), and a server's answer is none.
 */
export interface TunnelSession {
  /** The key under which the far side registered (`c-m-abcdefgh`, `stv-cluster-c-m-abcdefgh`). */
  readonly clientKey: string;
  /** When it began, and when the far side last sent a ping or pong; milliseconds since the epoch. */
  readonly since: number;
  readonly heard: number;
  /** How many streams are open. */
  readonly streams: number;
  /** Asks the far side to connect to `address` (`host:port`); failure arrives as the stream's error. */
  dial(proto: 'tcp', address: string): Duplex;
  /** Resolves with the reason when the session has ended. */
  readonly closed: Promise<string>;
  close(reason: string): void;
}

/**
 * Serves a stream that the far side has opened by asking for `proto` and `address`. To refuse it, destroy it with an error
 * whose message the far side may read (100 bytes of it).
 */
export type StreamHandler = (stream: Duplex, proto: string, address: string) => void;
