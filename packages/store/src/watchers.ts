import type { Log } from '@drover/kit';
import type { Change, Revision } from './store.js';

interface Watcher {
  readonly onChanges: (changes: readonly Change[]) => void;
  seen: Revision;
}

/** The revision of a change. */
export function revisionOf(change: Change): Revision {
  return change.type === 'put' ? change.entry.revision : change.revision;
}

/** The key of a change. */
export function keyOf(change: Change): string {
  return change.type === 'put' ? change.entry.key : change.key;
}

/**
 * Who is told of changes, by prefix: a batch is filtered once for all watchers of a prefix, and they share the array.
 *
 * Invariant: a watcher's `seen` is the revision up to which it was told everything, so nothing comes twice, whenever it joined.
 */
export class Watchers {
  readonly #byPrefix = new Map<string, Set<Watcher>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Tells `onChanges` of what comes after `seen`, until `signal` aborts. */
  add(prefix: string, seen: Revision, onChanges: Watcher['onChanges'], signal: AbortSignal): void {
    if (signal.aborted) return;
    const watchers = this.#byPrefix.get(prefix) ?? new Set();
    this.#byPrefix.set(prefix, watchers);
    const watcher: Watcher = { onChanges, seen };
    watchers.add(watcher);
    signal.addEventListener('abort', () => this.#remove(prefix, watcher), { once: true });
  }

  /** Tells everybody concerned. `changes` are in order and reach up to `revision`. */
  deliver(changes: readonly Change[], revision: Revision): void {
    // Who joins or leaves meanwhile does no harm: the one has seen all this, the other is not met any more.
    for (const [prefix, watchers] of this.#byPrefix) {
      const matching = prefix === '' ? changes : changes.filter((change) => keyOf(change).startsWith(prefix));
      const [first] = matching;
      for (const watcher of watchers) {
        if (watcher.seen >= revision) continue;
        const { seen } = watcher;
        watcher.seen = revision;
        if (first === undefined) continue;
        // Hardly anybody has seen a part: who has not is given the array that all share.
        const fresh = revisionOf(first) > seen ? matching : after(matching, seen);
        if (fresh.length > 0) this.#tell(prefix, watcher, fresh);
      }
    }
  }

  clear(): void {
    this.#byPrefix.clear();
  }

  #tell(prefix: string, watcher: Watcher, changes: readonly Change[]): void {
    try {
      watcher.onChanges(changes);
    } catch (error) {
      this.#log.error('a watcher of the store threw and was dropped', { prefix, error });
      this.#remove(prefix, watcher);
    }
  }

  #remove(prefix: string, watcher: Watcher): void {
    const watchers = this.#byPrefix.get(prefix);
    watchers?.delete(watcher);
    if (watchers?.size === 0 && this.#byPrefix.get(prefix) === watchers) this.#byPrefix.delete(prefix);
  }
}

function after(changes: readonly Change[], seen: Revision): readonly Change[] {
  return changes.filter((change) => revisionOf(change) > seen);
}
