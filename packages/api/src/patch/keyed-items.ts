import type { Json } from '../object.js';

/** A list while it is merged: its items are found by their keys in the same time however many there are. */
export class KeyedItems {
  readonly #keyOf: (item: Json) => Json;
  /** `undefined` where an item was deleted. */
  readonly #items: (Json | undefined)[];
  /** Where the items of a key are, in their order. */
  readonly #places = new Map<string, number[]>();

  /** `keyOf` throws for an item without a key. */
  constructor(items: readonly Json[], keyOf: (item: Json) => Json) {
    this.#keyOf = keyOf;
    this.#items = [...items];
    for (const [index, item] of items.entries()) this.#placesOf(item).push(index);
  }

  /** The first item with the key of `item`. */
  find(item: Json): Json | undefined {
    const [place] = this.#placesOf(item);
    return place === undefined ? undefined : this.#items[place];
  }

  /** Puts `item` in the place of the first one with its key, or else at the end. */
  put(item: Json): void {
    const places = this.#placesOf(item);
    const [place = this.#items.length] = places;
    if (places.length === 0) places.push(place);
    this.#items[place] = item;
  }

  /** Takes out every item with the key of `item`. */
  delete(item: Json): void {
    for (const place of this.#placesOf(item).splice(0)) this.#items[place] = undefined;
  }

  items(): Json[] {
    return this.#items.filter((item) => item !== undefined);
  }

  #placesOf(item: Json): number[] {
    const key = JSON.stringify(this.#keyOf(item));
    const places = this.#places.get(key) ?? [];
    this.#places.set(key, places);
    return places;
  }
}
