import { EvaluationError, noSuchOverload } from './evaluation-error.js';
import type { CelType } from './type.js';

/** A value of the language. Whole numbers are `bigint`, floating ones `number`. */
export type CelValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | CelUint
  | Timestamp
  | Duration
  | CelList
  | CelMap
  | CelOptional
  | TypeValue
  | CelOpaque;

/** An unsigned whole number. */
export class CelUint {
  constructor(readonly value: bigint) {}
}

/** A point in time, in nanoseconds since 1970. */
export class Timestamp {
  constructor(readonly nanos: bigint) {}
}

/** A span of time, in nanoseconds. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}

/** A type as a value: what `type(x)` gives. */
export class TypeValue {
  constructor(
    readonly name: string,
    readonly of?: CelType,
  ) {}
}

/** A value that only functions look into. */
export abstract class CelOpaque {
  abstract readonly typeName: string;
  abstract equals(other: CelOpaque): boolean;
  /** How large it is for the cost of what reads it. */
  readonly size: number = 1;
}

/** A value that may be absent. */
export class CelOptional {
  private constructor(readonly value: CelValue | undefined) {}
  static readonly none = new CelOptional(undefined);
  static of = (value: CelValue): CelOptional => new CelOptional(value);
}

/**
 * The most characters, bytes or elements that an expression may make at once: as many as the largest request (3 MiB, the
 * API server's limit) and the object before it can bring together.
 */
const MAX_SIZE = 2 * 3 * 1024 * 1024;

/** The size of what is about to be made. @throws EvaluationError for more than may be. */
export function withinSize(size: number): number {
  if (size > MAX_SIZE) throw new EvaluationError(`result exceeds size limit: size: ${size}, limit ${MAX_SIZE}`);
  return size;
}

/** A list, whose elements may be made when asked for. */
export abstract class CelList {
  abstract readonly size: number;
  /** The element at an index that is inside. */
  abstract at(index: number): CelValue;

  /** The two lists after one another. */
  concat(other: CelList): CelList {
    return new ConcatList(this, other);
  }
  equals(other: CelList): boolean {
    return haveEqualElements(this, other);
  }

  *[Symbol.iterator](): Generator<CelValue> {
    for (let index = 0; index < this.size; index += 1) yield this.at(index);
  }
}

/** A list that an expression made. */
export class ArrayList extends CelList {
  constructor(readonly items: readonly CelValue[]) {
    super();
  }
  get size(): number {
    return this.items.length;
  }
  at(index: number): CelValue {
    return this.items[index] ?? null;
  }
}

/** Two lists after one another, if they are not too many elements for that; putting them together costs nothing, as the language's costs say. */
class ConcatList extends CelList {
  readonly size: number;

  constructor(
    readonly before: CelList,
    readonly after: CelList,
  ) {
    super();
    this.size = withinSize(before.size + after.size);
  }
  at(index: number): CelValue {
    return index < this.before.size ? this.before.at(index) : this.after.at(index - this.before.size);
  }
}

/** A map or an object, whose values may be made when asked for. */
export abstract class CelMap {
  abstract readonly size: number;
  /** `undefined` when the key is not there. */
  abstract get(key: CelValue): CelValue | undefined;
  abstract keys(): Iterable<CelValue>;

  equals(other: CelMap): boolean {
    if (this.size !== other.size) return false;
    for (const key of this.keys()) {
      const mine = this.get(key);
      const theirs = other.get(key);
      if (mine === undefined || theirs === undefined || !equal(mine, theirs)) return false;
    }
    return true;
  }
}

/** A map whose values are evaluated when they are asked for, which may take more than a turn of the event loop. */
export abstract class LazyMap extends CelMap {
  /** As `get`, with a stop each time that others are to have their turn. */
  abstract getInTurns(key: CelValue): Generator<void, CelValue | undefined>;
}

/** A map that an expression made. */
export class EntryMap extends CelMap {
  readonly #entries = new Map<string, readonly [CelValue, CelValue]>();

  /** @throws EvaluationError for a key that is there twice, or is a floating number: those only find keys. */
  constructor(entries: Iterable<readonly [CelValue, CelValue]>) {
    super();
    for (const entry of entries) {
      if (typeof entry[0] === 'number') throw unsupportedKey();
      const key = keyText(entry[0]);
      if (this.#entries.has(key)) throw new EvaluationError('Failed with repeated key');
      this.#entries.set(key, entry);
    }
  }
  get size(): number {
    return this.#entries.size;
  }
  get(key: CelValue): CelValue | undefined {
    return this.#entries.get(keyText(key))?.[1];
  }
  *keys(): Generator<CelValue> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** Numbers that are equal are one key. */
function keyText(key: CelValue): string {
  if (typeof key === 'string') return `s${key}`;
  if (typeof key === 'boolean') return `b${key}`;
  if (typeof key === 'bigint') return `n${key}`;
  if (key instanceof CelUint) return `n${key.value}`;
  if (typeof key === 'number') return `n${Number.isInteger(key) ? BigInt(key) : key}`;
  throw unsupportedKey();
}

const unsupportedKey = (): EvaluationError => new EvaluationError('unsupported key type');

/** Whether two values are equal: numbers by amount, whatever their type; values of different types are not. */
export function equal(a: CelValue, b: CelValue): boolean {
  if (a === b) return true;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  if (a instanceof CelList && b instanceof CelList) return isMade(a) ? alike(a, b, () => a.equals(b)) : a.equals(b);
  if (a instanceof CelMap && b instanceof CelMap) return isMade(a) ? alike(a, b, () => a.equals(b)) : a.equals(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.nanos === b.nanos;
  if (a instanceof Duration && b instanceof Duration) return a.nanos === b.nanos;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b) === 0;
  if (a instanceof TypeValue && b instanceof TypeValue) return a.name === b.name;
  if (a instanceof CelOptional && b instanceof CelOptional)
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);
  if (a instanceof CelOpaque && b instanceof CelOpaque) return a.typeName === b.typeName && a.equals(b);
  return false;
}

/**
 * What an expression made, and was found equal to other values. It may be in many places of a value, and that in many places of
 * another: looking at each place would take time that doubles with every level.
 */
const found = new WeakMap<object, WeakSet<object>>();

const isMade = (value: CelList | CelMap): boolean => value instanceof ArrayList || value instanceof EntryMap;

function alike(a: object, b: object, look: () => boolean): boolean {
  if (found.get(a)?.has(b)) return true;
  if (!look()) return false;
  const known = found.get(a) ?? new WeakSet();
  found.set(a, known.add(b));
  return true;
}

/** Whether the lists have equal elements in the same order. */
export function haveEqualElements(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false;
  for (let index = 0; index < a.size; index += 1) if (!equal(a.at(index), b.at(index))) return false;
  return true;
}

/** Whether an element of the list is equal to the item. */
export function hasItem(values: CelList, item: CelValue): boolean {
  for (const value of values) if (equal(value, item)) return true;
  return false;
}

/** A number of one of the three types. */
export type CelNumber = bigint | number | CelUint;

/** Whether it is a number of one of the three types. */
export const isNumber = (value: CelValue): value is CelNumber =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof CelUint;

/** Below zero, zero or above: by amount, whatever the types. Not a number is equal to nothing. */
function compareNumbers(a: CelNumber, b: CelNumber): number {
  const left = a instanceof CelUint ? a.value : a;
  const right = b instanceof CelUint ? b.value : b;
  if (left < right) return -1;
  if (left > right) return 1;
  return isNaNumber(left) || isNaNumber(right) ? Number.NaN : 0;
}

/** Below zero, zero or above, as the operators compare. @throws EvaluationError for values without an order between them. */
export function compare(a: CelValue, b: CelValue): number {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  throw noSuchOverload();
}

/** By code points, which is the order of UTF-8's bytes. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  for (let index = 0; index < a.length && index < b.length; index += 1) {
    const [left, right] = [a.codePointAt(index) ?? 0, b.codePointAt(index) ?? 0];
    if (left !== right) return left - right;
  }
  return a.length - b.length;
}

const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

/** What `size()` says of it; 1 for what has no size. This is what most costs depend on. */
export function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return codePoints(value);
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof CelList || value instanceof CelMap || value instanceof CelOpaque) return value.size;
  return 1;
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let index = 0; index < text.length; index += 1) if ((text.charCodeAt(index) & 0xfc00) === 0xd800) pairs += 1;
  return text.length - pairs;
}

/** The name of the value's type, as `type()` shows it. */
export function typeName(value: CelValue): string {
  if (value === null) return 'null_type';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof CelList) return 'list';
  if (value instanceof CelMap) return 'map';
  if (value instanceof CelOptional) return 'optional_type';
  return value instanceof TypeValue ? 'type' : value.typeName;
}

const isNaNumber = (value: number | bigint): boolean => typeof value === 'number' && Number.isNaN(value);
