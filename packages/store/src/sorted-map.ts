/** A chunk is split in two when it would hold more than this: inserting moves at most this many references. */
const CHUNK = 512;
/** How many a chunk gets when many are put in at once: room for as many again before it is split. */
const FILL = 256;

interface Chunk<V> {
  readonly keys: string[];
  readonly values: V[];
  weight: number;
}

/**
 * A map in the order of its keys (by UTF-16 code unit) that can say the weight of a range without walking it.
 *
 * Invariant: the concatenation of all chunks' keys is strictly ascending, no chunk is empty or longer than `CHUNK`, and a
 * chunk's `weight` is the sum of the weights of its values. Finding costs two binary searches; inserting and weighing cost
 * a walk over one chunk and over the list of chunks (200 of them for 100,000 keys).
 */
export class SortedMap<V> {
  readonly #chunks: Chunk<V>[] = [];
  readonly #weigh: (value: V) => number;
  #size = 0;

  /** `weigh` must give the same answer for a value as long as it is in the map. */
  constructor(weigh: (value: V) => number) {
    this.#weigh = weigh;
  }

  get size(): number {
    return this.#size;
  }

  /** Puts all of `entries` into an empty map. */
  fill(entries: ReadonlyMap<string, V>): void {
    if (this.#size > 0) throw new Error('the map is not empty');
    const keys = [...entries.keys()].sort();
    for (let from = 0; from < keys.length; from += FILL) {
      const chunk = keys.slice(from, from + FILL);
      const values = chunk.map((key) => entries.get(key) as V);
      this.#chunks.push({ keys: chunk, values, weight: this.#sum(values) });
    }
    this.#size = keys.length;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    if (!chunk) return undefined;
    const index = lowerBound(chunk.keys, key);
    return chunk.keys[index] === key ? chunk.values[index] : undefined;
  }

  set(key: string, value: V): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (!chunk) {
      this.#chunks.push({ keys: [key], values: [value], weight: this.#weigh(value) });
      this.#size += 1;
      return;
    }
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] === key) {
      chunk.weight += this.#weigh(value) - this.#weigh(chunk.values[index] as V);
      chunk.values[index] = value;
      return;
    }
    chunk.keys.splice(index, 0, key);
    chunk.values.splice(index, 0, value);
    chunk.weight += this.#weigh(value);
    this.#size += 1;
    if (chunk.keys.length > CHUNK) this.#split(at, chunk, index);
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (!chunk) return;
    const index = lowerBound(chunk.keys, key);
    if (chunk.keys[index] !== key) return;
    chunk.weight -= this.#weigh(chunk.values[index] as V);
    chunk.keys.splice(index, 1);
    chunk.values.splice(index, 1);
    this.#size -= 1;
    if (chunk.keys.length === 0) this.#chunks.splice(at, 1);
  }

  /**
   * Shows `visit` the values of keys from `from` (included) up to `to` (excluded; `undefined`: to the end) in order, until it
   * answers `false`. The map may not be changed meanwhile. (Not a generator: that takes eight times as long.)
   */
  visit(from: string, to: string | undefined, visit: (value: V) => boolean): void {
    let index = -1;
    for (let at = this.#chunkOf(from); at < this.#chunks.length; at += 1) {
      const { keys, values } = this.#chunks[at] as Chunk<V>;
      const end = to === undefined ? keys.length : lowerBound(keys, to);
      for (index = index < 0 ? lowerBound(keys, from) : 0; index < end; index += 1) {
        if (!visit(values[index] as V)) return;
      }
      if (end < keys.length) return;
    }
  }

  /** The sum of the weights of the values in that range. */
  weight(from: string, to: string | undefined): number {
    return (
      (to === undefined ? this.#weightBefore(this.#chunks.length, '') : this.#weightUpTo(to)) - this.#weightUpTo(from)
    );
  }

  #weightUpTo(key: string): number {
    return this.#weightBefore(this.#chunkOf(key), key);
  }

  #weightBefore(at: number, key: string): number {
    let sum = 0;
    for (let index = 0; index < at; index += 1) sum += (this.#chunks[index] as Chunk<V>).weight;
    const chunk = this.#chunks[at];
    if (!chunk) return sum;
    const end = lowerBound(chunk.keys, key);
    for (let index = 0; index < end; index += 1) sum += this.#weigh(chunk.values[index] as V);
    return sum;
  }

  /** The last chunk whose first key is not after `key`: the only one that may hold it; the first one when there is none. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (((this.#chunks[middle] as Chunk<V>).keys[0] as string) <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #sum(values: readonly V[]): number {
    return values.reduce((sum, value) => sum + this.#weigh(value), 0);
  }

  /** In halves; but at its end when that is where keys are being added, so that ascending inserts leave full chunks. */
  #split(at: number, chunk: Chunk<V>, inserted: number): void {
    const from = inserted === chunk.keys.length - 1 ? inserted : chunk.keys.length >>> 1;
    const keys = chunk.keys.splice(from);
    const values = chunk.values.splice(from);
    const weight = this.#sum(values);
    chunk.weight -= weight;
    this.#chunks.splice(at + 1, 0, { keys, values, weight });
  }
}

/** The index of the first key that is not before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
