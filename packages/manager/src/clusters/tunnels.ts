import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** What the manager needs of the tunnel server; sessions are named by their key (`c-m-…`, `stv-cluster-c-m-…`). */
export interface Tunnels {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  has(key: string): boolean;
  /** Throws when no session has that key; a failure to reach `address` arrives as the stream's error. */
  dial(key: string, protocol: 'tcp', address: string): Duplex;
  close(key: string, reason: string): void;
  onChange(listener: (key: string, connected: boolean) => void): Disposable;
}
