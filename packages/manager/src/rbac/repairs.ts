import type { Clock, Log } from '@drover/kit';
import type { Correction } from './apply-derived.js';

/** What somebody had changed in a cluster's RBAC, and was put right. */
export interface Repair {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How many objects, and the first of them. */
  readonly count: number;
  readonly first: readonly Correction[];
}

const MAX_NAMED = 5;

/** Notes each repair: in the log, in the figures, and as the last one of its cluster for the cluster's condition. */
export class Repairs {
  readonly #last = new Map<string, Repair>();
  readonly #listeners = new Set<(cluster: string) => void>();
  #count = 0;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Objects that were put right since the start. */
  get count(): number {
    return this.#count;
  }

  /** The last one of a cluster since the start. */
  lastOf(cluster: string): Repair | undefined {
    return this.#last.get(cluster);
  }

  /** Objects of `cluster` were not as they had been made, though nothing that they follow from has changed. */
  note(cluster: string, corrections: readonly Correction[]): void {
    if (corrections.length === 0) return;
    const first = corrections.slice(0, MAX_NAMED);
    this.#count += corrections.length;
    this.#last.set(cluster, { at: this.clock.now(), count: corrections.length, first });
    this.log.info('rights that somebody changed in a cluster were put right', {
      cluster,
      count: corrections.length,
      objects: first.map(correctionInWords),
    });
    for (const listener of this.#listeners) listener(cluster);
  }

  onRepair(listener: (cluster: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}

/** `RoleBinding default/rb-abc made again`. */
export function correctionInWords({ done, kind, namespace, name }: Correction): string {
  const words = { created: 'made again', updated: 'changed back', deleted: 'removed' };
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`} ${words[done]}`;
}
