import type { KubeObject } from '@drover/api';
import type { Entry } from '@drover/store';
import { decodeStored } from './rendering.js';

interface Held {
  readonly revision: number;
  readonly size: number;
  readonly object: KubeObject;
}

/**
 * The parsed objects used lately, so that authorization, selectors and controllers do not parse the same bytes again. Objects it
 * hands out are shared: copy before changing.
 *
 * Bounded by the bytes they were parsed from: two generations, each of at most half of them. What is used moves into the young
 * one; when that is full it becomes the old one, and what was in the old one and not used since is dropped.
 */
export class DecodedObjects {
  #young = new Map<string, Held>();
  #old = new Map<string, Held>();
  #youngBytes = 0;

  constructor(readonly capacityBytes: number) {}

  get(entry: Entry): KubeObject {
    const young = this.#young.get(entry.key);
    if (young?.revision === entry.revision) return young.object;
    const held = young ?? this.#old.get(entry.key);
    if (held?.revision === entry.revision) return this.#hold(entry, held);
    const object = decodeStored(entry.value, entry.revision);
    // An older state than what is held is asked for by watches that replay history; it must not displace the present.
    if (held !== undefined && held.revision > entry.revision) return object;
    return this.#hold(entry, { revision: entry.revision, size: entry.value.length, object });
  }

  #hold({ key }: Entry, held: Held): KubeObject {
    if (this.#youngBytes + held.size > this.capacityBytes / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#youngBytes += held.size - (this.#young.get(key)?.size ?? 0);
    this.#young.set(key, held);
    return held.object;
  }
}
