/**
 * What waits, by who wants it: whoever has waited longest among those served least recently comes next, so that nobody gets more turns
 * by asking more often. Holds at most `capacity`; when full, whoever has most in it loses its newest to somebody who has less.
 */
export class FairQueue<T> {
  /** In the order of their next turns. */
  readonly #parties = new Map<string, T[]>();
  #size = 0;

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#size;
  }

  /** Takes `item`; answers what had to go for it, which is `item` itself when nobody has more waiting than `party`. */
  offer(party: string, item: T): T | undefined {
    const own = this.#parties.get(party) ?? [];
    let displaced: T | undefined;
    if (this.#size >= this.capacity) {
      const [greediest, most] = this.#longest();
      if (most.length <= own.length + 1) return item;
      displaced = most.pop();
      if (most.length === 0) this.#parties.delete(greediest);
      this.#size -= 1;
    }
    own.push(item);
    this.#parties.set(party, own);
    this.#size += 1;
    return displaced;
  }

  /** The next one; `undefined` when nothing waits. */
  take(): T | undefined {
    const [next] = this.#parties;
    if (next === undefined) return undefined;
    const [party, items] = next;
    const item = items.shift();
    this.#parties.delete(party);
    if (items.length > 0) this.#parties.set(party, items);
    this.#size -= 1;
    return item;
  }

  #longest(): readonly [string, T[]] {
    let longest: readonly [string, T[]] = ['', []];
    for (const entry of this.#parties) if (entry[1].length > longest[1].length) longest = entry;
    return longest;
  }
}
