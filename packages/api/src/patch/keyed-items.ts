import type { Json } from '../object.js';

/** A list while it is merged: its items are found by their keys in the same time however many there are. */
export class KeyedItems {
  readonly #keyOf: (item: Json) => Json;
  /** `undefined` where an item was deleted. */
  readonly #items: (Json | undefined)[];
  /** Where the items of a key are, the first one last. */
  readonly #places = new Map<string, number[]>();
  /** Where the first item is that has no key. */
  readonly #keyless: number;

  /** `keyOf` throws for an item without a key; so does a search that comes to one before it finds what it looks for. */
  constructor(items: readonly Json[], keyOf: (item: Json) => Json) {
    this.#keyOf = keyOf;
    this.#items = [...items];
    this.#keyless = items.findIndex((item) => !hasKey(item, keyOf));
    const searched = this.#keyless < 0 ? items : items.slice(0, this.#keyless);
    for (const [index, item] of [...searched.entries()].reverse()) this.#placesOf(item).push(index);
  }

  /** The first item with the key of `item`. */
  find(item: Json): Json | undefined {
    const place = this.#placesOf(item).at(-1);
    if (place !== undefined) return this.#items[place];
    const keyless = this.#items[this.#keyless];
    if (keyless !== undefined) this.#keyOf(keyless);
    return undefined;
  }

  /** Puts `item` in the place of the first one with its key, or else at the end. */
  put(item: Json): void {
    const places = this.#placesOf(item);
    const place = places.at(-1) ?? this.#items.length;
    if (places.length === 0) places.push(place);
    this.#items[place] = item;
  }

  /** Takes out the first item with the key of `item`. */
  delete(item: Json): void {
    const place = this.#placesOf(item).pop();
    if (place !== undefined) this.#items[place] = undefined;
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

function hasKey(item: Json, keyOf: (item: Json) => Json): boolean {
  try {
    keyOf(item);
    return true;
  } catch {
    return false;
  }
}
