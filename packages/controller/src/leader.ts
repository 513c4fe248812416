import { hasReason, type Lease, leases, type Stored } from '@drover/api';
import type { Client } from '@drover/client';
import { type Clock, type Log, type RandomBytes, randomFraction } from '@drover/kit';

/** Who competes for which lease. Times in milliseconds; the defaults are client-go's. */
export interface LeaderOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** Unique among the competitors: host name and process id, not the host name alone. */
  readonly identity: string;
  /** How long others wait after the last renewal they saw. Default 15 s. */
  readonly leaseMs?: number;
  /** How long the holder goes on without a successful renewal; shorter than `leaseMs`. Default 10 s. */
  readonly renewMs?: number;
  /** Between attempts. Default 2 s. */
  readonly retryMs?: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/**
 * Runs `lead` while this process holds the lease: its signal aborts when the lease is lost or `signal` aborts, and only then
 * may another process lead. Comes back for the lease after a loss; resolves when `signal` aborts and `lead` has ended, and
 * gives the lease up so that the next holder need not wait. Rejects with what `lead` rejects with.
 */
export async function runWhileLeader(
  options: LeaderOptions,
  signal: AbortSignal,
  lead: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { clock, random, log } = options;
  const { leaseMs = 15_000, renewMs = 10_000, retryMs = 2_000 } = options;
  const candidate = new Candidate(options, leaseMs);
  const pause = (): Promise<void> =>
    clock.sleep(retryMs * (1 + 0.2 * randomFraction(random)), signal).catch(() => undefined);

  while (!signal.aborted) {
    if (!(await candidate.claim(signal))) {
      await pause();
      continue;
    }
    log.info('leading', { lease: options.name });
    const term = new AbortController();
    const resign = (): void => term.abort(signal.reason);
    signal.addEventListener('abort', resign, { once: true });
    const leading = lead(term.signal).finally(() => term.abort(new Error('no longer leading')));
    leading.catch(() => undefined);
    let renewed = clock.now();
    while (!term.signal.aborted) {
      await clock.sleep(retryMs, term.signal).catch(() => undefined);
      if (term.signal.aborted) break;
      if (await candidate.claim(term.signal)) renewed = clock.now();
      else if (clock.now() - renewed >= renewMs || candidate.lost) {
        log.warn('lost the lease', { lease: options.name });
        term.abort(new Error('the lease was lost'));
      }
    }
    signal.removeEventListener('abort', resign);
    await leading;
    await candidate.release();
  }
}

/**
 * One competitor. Judges another holder's lease by how long it has not changed by this process's own clock: clocks of two
 * hosts are never compared.
 */
class Candidate {
  readonly #options: LeaderOptions;
  readonly #leaseMs: number;
  #seen: { readonly resourceVersion: string; readonly at: number } | undefined;
  #held: Stored<Lease> | undefined;
  /** Somebody else holds the lease. */
  lost = false;

  constructor(options: LeaderOptions, leaseMs: number) {
    this.#options = options;
    this.#leaseMs = leaseMs;
  }

  /** Takes or renews the lease; `false` when somebody else holds it, or when that could not be found out. */
  async claim(signal: AbortSignal): Promise<boolean> {
    const { client, namespace, name, identity, clock, log } = this.#options;
    try {
      const live = await client.get(leases, { namespace, name }, { signal }).catch((error: unknown) => {
        if (hasReason(error, 'NotFound')) return undefined;
        throw error;
      });
      if (live !== undefined && !this.#free(live)) {
        this.lost = true;
        return false;
      }
      const now = micros(clock.now());
      const mine = live?.spec?.holderIdentity === identity;
      const spec = {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(this.#leaseMs / 1000),
        acquireTime: mine ? (live.spec?.acquireTime ?? now) : now,
        renewTime: now,
        leaseTransitions: (live?.spec?.leaseTransitions ?? 0) + (mine || live === undefined ? 0 : 1),
      };
      const metadata = live?.metadata ?? { namespace, name };
      const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
      this.#held =
        live === undefined
          ? await client.create(leases, lease, { signal })
          : await client.update(leases, lease, { signal });
      this.lost = false;
      return true;
    } catch (error) {
      if (!hasReason(error, 'Conflict') && !hasReason(error, 'AlreadyExists') && !signal.aborted) {
        log.warn('cannot reach the lease', { lease: name, error });
      }
      return false;
    }
  }

  /** Gives up a lease that is held. A failure only costs the next holder `leaseMs`. */
  async release(): Promise<void> {
    const { client, clock, identity } = this.#options;
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || this.lost || held.spec?.holderIdentity !== identity) return;
    const spec = { ...held.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: micros(clock.now()) };
    await client.update(leases, { ...held, spec }).catch(() => undefined);
  }

  #free({ spec, metadata: { resourceVersion } }: Stored<Lease>): boolean {
    const { clock, identity } = this.#options;
    const holder = spec?.holderIdentity ?? '';
    if (holder === '' || holder === identity) return true;
    if (this.#seen?.resourceVersion !== resourceVersion) this.#seen = { resourceVersion, at: clock.now() };
    const duration = (spec?.leaseDurationSeconds ?? this.#leaseMs / 1000) * 1000;
    return clock.now() - this.#seen.at >= duration;
  }
}

function micros(ms: number): string {
  return new Date(ms).toISOString().replace(/Z$/, '000Z');
}
