import { createHash } from 'node:crypto';

/** One part of a backup: a line of JSON, and the bytes that it is about. */
export interface BackupRecord {
  readonly head: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
}

/** A file that is not a backup, or not the whole of one, or not what was written. */
export class BackupDamaged extends Error {
  override readonly name = 'BackupDamaged';
}

/** The longest line that is read: a key of a store has 1,280 characters at most. */
const MAX_HEAD_BYTES = 64 * 1024;
/** The longest body that is read: a store takes 3 MiB for one value. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** What is handed on at a time: hashing and copying it takes less than a millisecond. */
const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Records as bytes, in chunks of about 256 KiB: each a line of JSON with the length of its body in `bytes`, the body and a line
 * feed; at the end one with the SHA-256 of all before.
 */
export function* encodeRecords(records: Iterable<BackupRecord>): Generator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const flush = (): Uint8Array => {
    const chunk = Buffer.concat(parts);
    hash.update(chunk);
    parts = [];
    bytes = 0;
    return chunk;
  };
  for (const record of records) {
    const encoded = encode(record);
    parts.push(...encoded);
    bytes += encoded.reduce((sum, part) => sum + part.byteLength, 0);
    if (bytes >= CHUNK_BYTES) yield flush();
  }
  yield flush();
  yield Buffer.concat(encode({ head: { sha256: hash.digest('hex') }, body: new Uint8Array() }));
}

function encode({ head, body }: BackupRecord): Uint8Array[] {
  return [Buffer.from(`${JSON.stringify({ ...head, bytes: body.byteLength })}\n`), body, Buffer.from('\n')];
}

/**
 * The records again, without the last one; each is given before those after it are known to be whole.
 *
 * @throws BackupDamaged where the bytes are no record, and at the end unless all of them are what was written.
 */
export async function* decodeRecords(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<BackupRecord, void, undefined> {
  const hash = createHash('sha256');
  const source = new ByteSource(chunks);
  for (;;) {
    const line = await source.line(MAX_HEAD_BYTES);
    const { bytes, ...head } = parseHead(line);
    const body = await source.take(bytes);
    const end = await source.take(1);
    if (end[0] !== NEWLINE) throw new BackupDamaged('the file is damaged: a record does not end where it should');
    if (typeof head['sha256'] === 'string') {
      if (head['sha256'] !== hash.digest('hex')) throw new BackupDamaged('the file is damaged: its checksum differs');
      if (!(await source.ended())) throw new BackupDamaged('the file is damaged: there is more after its end');
      return;
    }
    for (const part of [line, body, end]) hash.update(part);
    yield { head, body };
  }
}

function parseHead(line: Uint8Array): { readonly bytes: number; readonly [name: string]: unknown } {
  let head: unknown;
  try {
    head = JSON.parse(Buffer.from(line).toString());
  } catch (cause) {
    throw new BackupDamaged('the file is damaged, or not a backup: a record does not begin where it should', { cause });
  }
  const fields = typeof head === 'object' && head !== null ? { ...head } : {};
  const bytes = 'bytes' in fields ? fields.bytes : undefined;
  if (typeof bytes !== 'number' || !Number.isInteger(bytes) || bytes < 0 || bytes > MAX_BODY_BYTES) {
    throw new BackupDamaged('the file is damaged, or not a backup: a record has no length');
  }
  return { ...fields, bytes };
}

/** Bytes on demand from chunks of any size. */
class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Up to and with the next line feed. */
  async line(limit: number): Promise<Uint8Array> {
    for (let searched = 0; ; ) {
      const end = this.#rest.indexOf(NEWLINE, searched);
      if (end >= 0) return this.#cut(end + 1);
      searched = this.#rest.byteLength;
      if (searched > limit) throw new BackupDamaged('the file is not a backup');
      await this.#more();
    }
  }

  async take(bytes: number): Promise<Uint8Array> {
    while (this.#rest.byteLength < bytes) await this.#more();
    return this.#cut(bytes);
  }

  async ended(): Promise<boolean> {
    return this.#rest.byteLength === 0 && (await this.#chunks.next()).done === true;
  }

  #cut(bytes: number): Uint8Array {
    const cut = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return cut;
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done) throw new BackupDamaged('the file is damaged: it ends too early');
    this.#rest = Buffer.concat([this.#rest, value]);
  }
}
