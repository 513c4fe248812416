import { crc32 } from 'node:zlib';

/** A line of the log: a write, or with no value a delete. */
export interface Row {
  readonly key: string;
  readonly revision: number;
  readonly created: number;
  readonly value: Uint8Array | undefined;
}

/** What is stored beside a row to know it again (CRC-32 of all that it says). */
export function checksum({ key, revision, created, value }: Row): number {
  const head = crc32(`${revision} ${created} ${value ? 'put' : 'delete'} ${key}`);
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

/** Many rows as one message between threads: all values in one buffer that is handed over, not copied. */
export interface PackedRows {
  readonly keys: readonly string[];
  readonly revisions: Float64Array;
  readonly created: Float64Array;
  /** The length of each value; −1 for a delete. */
  readonly lengths: Int32Array;
  readonly values: Uint8Array;
}

/** Copies the values of `rows` into one buffer. */
export function pack(rows: readonly Row[]): PackedRows {
  const lengths = Int32Array.from(rows, ({ value }) => value?.byteLength ?? -1);
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
    lengths,
    values,
  };
}

/** The rows again; their values are views of the one buffer. */
export function* unpack({ keys, revisions, created, lengths, values }: PackedRows): Generator<Row, void, undefined> {
  let offset = 0;
  for (const [index, key] of keys.entries()) {
    const length = lengths[index] as number;
    const value = length < 0 ? undefined : values.subarray(offset, offset + length);
    offset += Math.max(0, length);
    yield { key, revision: revisions[index] as number, created: created[index] as number, value };
  }
}
