import type { Clock } from '@drover/kit';
import { LOCAL } from '../clusters/cluster-id.js';

/**
 * A topic of `/v1/subscribe` that is no kind: it tells that rights in a cluster may have changed, and not whose. Whoever shows what
 * somebody may do asks anew then.
 */
export const RIGHTS_TOPIC = 'drover.io.rights';

/** Changes come in bursts: those who ask anew ask once. */
const GATHER_MS = 300;

/** Calls `tell` soon after something has changed that decides who may do what in `cluster`, membership of it included, until `signal` aborts. */
export async function followRights(
  cluster: string,
  parts: {
    readonly onRights: (listener: (cluster: string) => void) => Disposable;
    readonly tell: () => void;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { onRights, tell, clock, signal } = parts;
  let gathering: Disposable | undefined;
  using _changes = onRights((changed) => {
    if (changed !== cluster && changed !== LOCAL) return;
    gathering ??= clock.after(GATHER_MS, () => {
      gathering = undefined;
      tell();
    });
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  gathering?.[Symbol.dispose]();
}
