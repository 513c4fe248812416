import { type Backoff, delayMs } from '@drover/kit';
import { clusterRoot } from '../api/cluster-api.js';

/** How a console stands. */
export type ConsoleState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  /** Tried again by itself at `retryAt`, ms since the epoch. */
  | { readonly state: 'lost'; readonly retryAt: number };

const RECONNECT: Backoff = { baseMs: 1_000, capMs: 15_000 };

/** How long to wait before attempt number `attempt` to reach a console again. */
export const reconnectDelay = (attempt: number, random: () => number): number => delayMs(attempt, RECONNECT, random);

/** The WebSocket address of a running machine's screen or serial port. */
export function consoleUrl(
  origin: string,
  cluster: string,
  namespace: string,
  name: string,
  port: 'vnc' | 'console',
): string {
  const path = [
    'apis',
    'subresources.kubevirt.io',
    'v1',
    'namespaces',
    namespace,
    'virtualmachineinstances',
    name,
    port,
  ];
  return `${origin.replace(/^http/, 'ws')}${clusterRoot(cluster)}/${path.map(encodeURIComponent).join('/')}`;
}
