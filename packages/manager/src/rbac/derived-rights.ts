import { forbidden, type Identity, unavailable } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { ClusterId } from '../clusters/cluster-id.js';
import type { Subject } from './subject.js';

/** Whether the rights that follow from the bindings here are in a cluster: not tried yet, there, or not, and why. */
export type RightsState = { readonly ok: true } | { readonly ok: false; readonly error: string } | undefined;

/** How long a request waits for a cluster that has just come back. */
const PATIENCE_MS = 10_000;

/** What became of the last attempt to bring each connected cluster's rights up to date. */
export class DerivedRights {
  readonly #states = new Map<ClusterId, RightsState>();
  /** The clusters in which, since they are connected, everything that was taken away here is taken away. */
  readonly #revoked = new Set<ClusterId>();
  /** Those who have a right in a connected cluster that was taken away here, because the cluster refuses that. */
  readonly #kept = new Map<ClusterId, ReadonlySet<string>>();
  readonly #listeners = new Set<(id: ClusterId) => void>();
  readonly #waiting = new Map<ClusterId, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  of(id: ClusterId): RightsState {
    return this.#states.get(id);
  }

  /** Notes an attempt; listeners hear only of what is new. `undefined`: the cluster is not connected any more. */
  note(id: ClusterId, state: RightsState): void {
    const before = this.#states.get(id);
    if (state === undefined) {
      this.#revoked.delete(id);
      this.#kept.delete(id);
    }
    if (JSON.stringify(before) === JSON.stringify(state)) return;
    if (state === undefined) this.#states.delete(id);
    else this.#states.set(id, state);
    for (const listener of this.#listeners) listener(id);
  }

  /**
   * Notes that everything was tried to take away in the cluster what was taken away here, and who keeps something because the cluster
   * refused: they are refused everything there from now on.
   */
  noteRevoked(id: ClusterId, kept: readonly Subject[] = []): void {
    this.#revoked.add(id);
    const before = JSON.stringify([...(this.#kept.get(id) ?? [])]);
    const now = [...new Set(kept.map(keyOf))].sort();
    if (now.length === 0) this.#kept.delete(id);
    else this.#kept.set(id, new Set(now));
    if (before !== JSON.stringify(now)) for (const listener of this.#listeners) listener(id);
    for (const proceed of this.#waiting.get(id) ?? []) proceed();
    this.#waiting.delete(id);
  }

  /** How many users and groups keep a right in the cluster that was taken away here. */
  keptIn(id: ClusterId): number {
    return this.#kept.get(id)?.size ?? 0;
  }

  /** Whether somebody has nothing in the cluster that was taken away here, as far as is known. */
  isCurrent(id: ClusterId, { name, groups }: Identity): boolean {
    const kept = this.#kept.get(id);
    return (
      kept === undefined || ![`User ${name}`, ...groups.map((group) => `Group ${group}`)].some((key) => kept.has(key))
    );
  }

  /** @throws ApiError Forbidden for somebody who has a right in the cluster that was taken away here; as `revoked` otherwise. */
  async demandCurrent(id: ClusterId, identity: Identity): Promise<void> {
    await this.revoked(id);
    if (this.isCurrent(id, identity)) return;
    const why =
      'a right was taken from you here, and the cluster refuses to take it away there: until it does, you can do nothing in it';
    throw forbidden({ group: 'management.cattle.io', plural: 'clusters' }, id, why);
  }

  /**
   * Resolves when nobody has a right in the cluster any more that was taken away while it was not connected: what a cluster
   * decides before that may be out of date.
   *
   * @throws ApiError ServiceUnavailable when that takes longer than ten seconds.
   */
  async revoked(id: ClusterId): Promise<void> {
    if (this.#revoked.has(id)) return;
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting);
    let proceed = (): void => {};
    const settled = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    waiting.add(proceed);
    using _timer = this.clock.after(PATIENCE_MS, proceed);
    await settled;
    waiting.delete(proceed);
    if (this.#revoked.has(id)) return;
    const state = this.of(id);
    const reason = state?.ok === false ? `: ${state.error}` : '';
    throw unavailable(`the rights of users in cluster ${id} are not up to date yet${reason}`);
  }

  onChange(listener: (id: ClusterId) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}

const keyOf = ({ kind, name }: Subject): string => `${kind} ${name}`;
