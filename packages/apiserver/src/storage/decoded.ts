import type { KubeObject } from '@drover/api';
import type { Entry } from '@drover/store';
import { decodeStored } from './rendering.js';

/**
 * The parsed objects used most recently, so that authorization, selectors and controllers do not parse the same bytes again.
 * Bounded by the bytes they were parsed from; the longest unused go first. Objects it hands out are shared: copy before
 * changing.
 */
export class DecodedObjects {
  readonly #held = new Map<string, { readonly revision: number; readonly size: number; readonly object: KubeObject }>();
  #bytes = 0;

  constructor(readonly capacityBytes: number) {}

  get(entry: Entry): KubeObject {
    const held = this.#held.get(entry.key);
    if (held?.revision === entry.revision) {
      this.#held.delete(entry.key);
      this.#held.set(entry.key, held);
      return held.object;
    }
    const object = decodeStored(entry.value, entry.revision);
    // An older state than what is held is asked for by watches that replay history; it must not displace the present.
    if (held === undefined || held.revision < entry.revision) this.#hold(entry, object, held?.size ?? 0);
    return object;
  }

  #hold({ key, revision, value }: Entry, object: KubeObject, replaces: number): void {
    this.#held.delete(key);
    this.#held.set(key, { revision, size: value.length, object });
    this.#bytes += value.length - replaces;
    for (const [oldest, { size }] of this.#held) {
      if (this.#bytes <= this.capacityBytes || oldest === key) return;
      this.#held.delete(oldest);
      this.#bytes -= size;
    }
  }
}
