import { ArrayList, CelList, type CelValue } from './value.js';

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
