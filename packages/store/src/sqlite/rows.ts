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
    throw notOurs();
  }
  const bytes =
    value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : undefined;
  return { revision, key, created, value: bytes };
}

const notOurs = (): Error => new Error('the log holds a row that is not one of ours; restore a backup');

/** Many rows as one message between threads: their values in few buffers that are handed over, not copied. */
export interface PackedRows {
  readonly keys: readonly string[];
  readonly revisions: ArrayLike<number>;
  readonly created: ArrayLike<number>;
  /** The length of each value; −1 for a delete. */
  readonly lengths: ArrayLike<number>;
  /** The values one after the other; each is in one of them, and none of these is empty. */
  readonly slabs: readonly Uint8Array<ArrayBuffer>[];
}

/** Rows as they are stored, with the checksum beside each: what is damaged is among them until an `Inspection` has seen them. */
export interface StoredRows extends PackedRows {
  readonly revisions: readonly number[];
  readonly created: readonly number[];
  readonly lengths: readonly number[];
  readonly checksums: readonly number[];
}

/**
 * The columns of a page of the log, each as one list (as JSON; of values their lengths, −1 for a delete), and the values one after
 * the other: to fetch each cell of each row takes twice as long as all the rest of reading.
 */
export const PAGE_COLUMNS = `
  json_group_array(key), json_group_array(revision), json_group_array(created), json_group_array(ifnull(length(value), -1)),
  json_group_array(checksum), CAST(group_concat(value, '') AS BLOB)`;

/**
 * The rows of a page that SQLite gives back as `PAGE_COLUMNS`.
 *
 * @throws Error when they are not rows of ours.
 */
export function pageOf(cells: unknown): StoredRows {
  const [keys, revisions, created, lengths, checksums, values] = Array.isArray(cells) ? cells : [];
  return {
    keys: listOf(keys, isText),
    revisions: listOf(revisions, isNumber),
    created: listOf(created, isNumber),
    lengths: listOf(lengths, isNumber),
    checksums: listOf(checksums, isNumber),
    slabs: bytesOf(values),
  };
}

const isText = (item: unknown): item is string => typeof item === 'string';
const isNumber = (item: unknown): item is number => typeof item === 'number';

function listOf<T>(cell: unknown, isOurs: (item: unknown) => item is T): T[] {
  const items: unknown = isText(cell) ? JSON.parse(cell) : undefined;
  if (!Array.isArray(items) || !items.every(isOurs)) throw notOurs();
  return items;
}

/** A blob's bytes, if it has any, in a buffer that has no others: it is to be handed over. */
function bytesOf(blob: unknown): Uint8Array<ArrayBuffer>[] {
  if (!(blob instanceof Uint8Array) || blob.byteLength === 0) return [];
  const { buffer, byteLength } = blob;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return [isAlone ? new Uint8Array(buffer) : new Uint8Array(blob)];
}

/** Copies the values of `rows` into one buffer. */
export function pack(rows: readonly Row[]): PackedRows {
  const values = new Uint8Array(rows.reduce((sum, { value }) => sum + (value?.byteLength ?? 0), 0));
  let offset = 0;
  for (const { value } of rows) {
    if (!value) continue;
    values.set(value, offset);
    offset += value.byteLength;
  }
  return {
    keys: rows.map(({ key }) => key),
    revisions: Float64Array.from(rows, ({ revision }) => revision),
    created: Float64Array.from(rows, ({ created }) => created),
    lengths: Int32Array.from(rows, ({ value }) => value?.byteLength ?? -1),
    slabs: values.byteLength > 0 ? [values] : [],
  };
}

/**
 * The same rows with their values in buffers of about `slabBytes`: one of more than twice that is copied into some of at most
 * `slabBytes`, and a longer value into one of its own.
 */
export function inSlabs<T extends PackedRows>(rows: T, slabBytes: number): T {
  const [values] = rows.slabs;
  if (values === undefined || values.byteLength <= slabBytes * 2) return rows;
  const slabs: Uint8Array<ArrayBuffer>[] = [];
  let [start, end] = [0, 0];
  for (const length of Array.from(rows.lengths)) {
    if (end > start && end - start + length > slabBytes) {
      slabs.push(values.slice(start, end));
      start = end;
    }
    end += Math.max(0, length);
  }
  return { ...rows, slabs: [...slabs, values.slice(start, end)] };
}

/** What is handed over with a message. */
export const buffersOf = ({ slabs }: PackedRows): ArrayBuffer[] => slabs.map(({ buffer }) => buffer);

/** The rows again; their values are views of the buffers. */
export function unpack({ keys, revisions, created, lengths, slabs }: PackedRows): Row[] {
  let slab = 0;
  let offset = 0;
  return keys.map((key, index) => {
    const length = lengths[index] as number;
    if (length > 0 && offset === slabs[slab]?.byteLength) {
      slab += 1;
      offset = 0;
    }
    const value = length < 0 ? undefined : view(slabs[slab], offset, length);
    offset += Math.max(0, length);
    return { key, revision: revisions[index] as number, created: created[index] as number, value };
  });
}

function view(slab: Uint8Array | undefined, offset: number, length: number): Uint8Array {
  return slab === undefined || length === 0 ? new Uint8Array() : new Uint8Array(slab.buffer, offset, length);
}
