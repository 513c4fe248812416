import type { ClusterId } from '../clusters/cluster-id.js';

/** Whether the rights that follow from the bindings here are in a cluster: not tried yet, there, or not, and why. */
export type RightsState = { readonly ok: true } | { readonly ok: false; readonly error: string } | undefined;

/** What became of the last attempt to bring each connected cluster's rights up to date. */
export class DerivedRights {
  readonly #states = new Map<ClusterId, RightsState>();
  readonly #listeners = new Set<(id: ClusterId) => void>();

  of(id: ClusterId): RightsState {
    return this.#states.get(id);
  }

  /** Notes an attempt; listeners hear only of what is new. */
  note(id: ClusterId, state: RightsState): void {
    const before = this.#states.get(id);
    if (JSON.stringify(before) === JSON.stringify(state)) return;
    if (state === undefined) this.#states.delete(id);
    else this.#states.set(id, state);
    for (const listener of this.#listeners) listener(id);
  }

  onChange(listener: (id: ClusterId) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}
