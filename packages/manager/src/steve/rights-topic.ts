import type { Identity } from '@drover/api';
import type { Clock } from '@drover/kit';
import { LOCAL } from '../clusters/cluster-id.js';
import { type Affected, isAffected } from '../rbac/affected.js';

/**
 * A topic of `/v1/subscribe` that is no kind: it tells that the subscriber's rights in a cluster may have changed. Whoever shows what
 * they may do asks anew then.
 */
export const RIGHTS_TOPIC = 'drover.io.rights';

/** Changes come in bursts: those who ask anew ask once. */
const GATHER_MS = 300;

/** Calls a listener with the id of each cluster in which rights may have changed, and whose. */
export type OnRights = (listener: (cluster: string, affected: Affected) => void) => Disposable;

/** Calls `tell` soon after something has changed that decides what somebody may do in `cluster`, membership of it included, until `signal` aborts. */
export async function followRights(
  cluster: string,
  parts: {
    readonly identity: Identity;
    readonly onRights: OnRights;
    readonly tell: () => void;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { identity, onRights, tell, clock, signal } = parts;
  let gathering: Disposable | undefined;
  using _changes = onRights((changed, affected) => {
    if ((changed !== cluster && changed !== LOCAL) || !isAffected(identity, affected)) return;
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
