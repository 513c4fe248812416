import type { Core } from './core.js';
import { tooLargeRevision } from './refusal.js';

/** How long a reader waits for a revision that is still to come (as kube-apiserver's watch cache does). */
export const AWAITED_MS = 3_000;

/**
 * Resolves once the store has come to the revision `asked`.
 *
 * @throws ApiError Timeout when it has not after three seconds.
 */
export async function reached({ store, clock }: Core, asked: number): Promise<void> {
  if (asked <= store.revision) return;
  const done = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = clock.after(AWAITED_MS, () => reject(tooLargeRevision(asked, store.revision)));
      done.signal.addEventListener('abort', () => timer[Symbol.dispose]());
      const look = (): void => {
        if (asked <= store.revision) resolve();
      };
      store.watch('', store.revision, look, done.signal);
    });
  } finally {
    done.abort();
  }
}
