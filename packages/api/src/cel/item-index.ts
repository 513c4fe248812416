import { CelMap, CelUint, type CelValue, Duration, Timestamp } from './value.js';

/**
 * The items of a set or a keyed list, found without looking at all of them: scalars by what they are, objects by their
 * fields of `names`. Only those that have these in common are compared.
 */
export class ItemIndex<T> {
  readonly #items = new Map<string, T[]>();

  constructor(
    readonly names: readonly string[],
    readonly isSame: (a: T, b: T) => boolean,
  ) {}

  add(value: CelValue, item: T): void {
    const key = this.#keyOf(value);
    const items = this.#items.get(key);
    if (items) items.push(item);
    else this.#items.set(key, [item]);
  }

  /** The first that is the same. */
  find(value: CelValue, item: T): T | undefined {
    return this.#items.get(this.#keyOf(value))?.find((one) => this.isSame(one, item));
  }

  #keyOf(value: CelValue): string {
    if (!(value instanceof CelMap)) return scalarText(value);
    return JSON.stringify(this.names.map((name) => scalarText(value.get(name) ?? null)));
  }
}

/** A text that equal values share; all that are no scalars share one. Numbers of all types are equal by amount. */
function scalarText(value: CelValue): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number' || typeof value === 'bigint') return `n${Number(value)}`;
  if (value instanceof CelUint) return `n${Number(value.value)}`;
  if (value instanceof Timestamp || value instanceof Duration) return `t${value.nanos}`;
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('base64')}`;
  return typeof value === 'boolean' || value === null ? String(value) : '';
}
