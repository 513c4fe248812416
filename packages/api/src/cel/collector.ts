import { ArrayList, CelList, CelMap, type CelValue, EntryMap } from './value.js';

/** A list that a fold is making: it grows where it is, so that a fold costs what its steps cost. */
export class ListCollector extends CelList {
  readonly #items: CelValue[] = [];

  get size(): number {
    return this.#items.length;
  }
  at(index: number): CelValue {
    return this.#items[index] ?? null;
  }
  override concat(other: CelList): CelList {
    this.#items.push(...other);
    return this;
  }
  /** The list as it is now, which grows no more. */
  finished(): CelList {
    return new ArrayList(this.#items);
  }
}

/** A map that a fold is making. */
export class MapCollector extends CelMap {
  readonly #map = new EntryMap([]);

  get size(): number {
    return this.#map.size;
  }
  get(key: CelValue): CelValue | undefined {
    return this.#map.get(key);
  }
  keys(): Iterable<CelValue> {
    return this.#map.keys();
  }
  /** @throws EvaluationError for a key that is there already. */
  insert(key: CelValue, value: CelValue): this {
    this.#map.add(key, value);
    return this;
  }
  /** The map as it is now, which grows no more. */
  finished(): CelMap {
    return this.#map;
  }
}
