import { crc32 } from 'node:zlib';

/** A line of the log: a write, or with no value a delete. */
export interface Row {
  readonly key: string;
  readonly revision: number;
  readonly created: number;
  readonly value: Uint8Array | undefined;
}

/** What is stored beside a row to know it again: a CRC-32 of all that it says. */
export function checksum({ key, revision, created, value }: Row): number {
  const head = crc32(key, (revision + created + (value ? 1 : 0)) >>> 0);
  return value ? crc32(value, head) : head;
}

/**
 * The row that SQLite gives back as the columns revision, key, created and value.
 *
 * @throws Error when it is not one of ours.
 */
export function rowOf(cells: unknown): Row {
  const [revision, key, created, value] = Array.isArray(cells) ? cells : [];
  if (typeof revision !== 'number' || typeof key !== 'string' || typeof created !== 'number') {
    throw new Error('the log holds a row that is not one of ours; restore a backup');
  }
  const bytes =
    value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
  return { revision, key, created, value: bytes };
}

/** Many rows as one message between threads: their values in few buffers that are handed over, not copied. */
export interface PackedRows {
  readonly keys: readonly string[];
  readonly revisions: Float64Array;
  readonly created: Float64Array;
  /** The length of each value; −1 for a delete. */
  readonly lengths: Int32Array;
  /** The values one after the other; each is in one of them, and none of these is empty. */
  readonly slabs: readonly Uint8Array<ArrayBuffer>[];
}

/** Copies the values of `rows` into buffers of `slabBytes`, by default a single one; a longer value has one of its own. */
export function pack(rows: readonly Row[], slabBytes = Number.POSITIVE_INFINITY): PackedRows {
  const slabs: Uint8Array<ArrayBuffer>[] = [];
  let start = 0;
  let bytes = 0;
  for (const [index, { value }] of rows.entries()) {
    const length = value?.byteLength ?? 0;
    if (bytes > 0 && bytes + length > slabBytes) {
      slabs.push(slab(rows, start, index, bytes));
      start = index;
      bytes = 0;
    }
    bytes += length;
  }
  if (bytes > 0) slabs.push(slab(rows, start, rows.length, bytes));
  return {
    keys: rows.map(({ key }) => key),
    revisions: Float64Array.from(rows, ({ revision }) => revision),
    created: Float64Array.from(rows, ({ created }) => created),
    lengths: Int32Array.from(rows, ({ value }) => value?.byteLength ?? -1),
    slabs,
  };
}

function slab(rows: readonly Row[], start: number, end: number, bytes: number): Uint8Array<ArrayBuffer> {
  const values = new Uint8Array(bytes);
  let offset = 0;
  for (let index = start; index < end; index += 1) {
    const value = rows[index]?.value;
    if (!value) continue;
    values.set(value, offset);
    offset += value.byteLength;
  }
  return values;
}

/** What is handed over with a message. */
export const buffersOf = ({ slabs }: PackedRows): ArrayBuffer[] => slabs.map(({ buffer }) => buffer);

/** The rows again; their values are views of the buffers. */
export function* unpack({ keys, revisions, created, lengths, slabs }: PackedRows): Generator<Row, void, undefined> {
  let slab = 0;
  let offset = 0;
  for (const [index, key] of keys.entries()) {
    const length = lengths[index] as number;
    if (length > 0 && offset === slabs[slab]?.byteLength) {
      slab += 1;
      offset = 0;
    }
    const value = length < 0 ? undefined : view(slabs[slab], offset, length);
    offset += Math.max(0, length);
    yield { key, revision: revisions[index] as number, created: created[index] as number, value };
  }
}

function view(slab: Uint8Array | undefined, offset: number, length: number): Uint8Array {
  return slab === undefined || length === 0 ? new Uint8Array() : new Uint8Array(slab.buffer, offset, length);
}
