import { type Entry, type Page, type Revision, toRevision } from '@drover/store';
import { BackupDamaged, type BackupRecord, decodeRecords, encodeRecords } from './record.js';

/** The format below; a file of a later one is refused. */
const FORMAT = 1;

/**
 * The files of a server's directory that make it the server it is: its authority and that of its own requests to extension servers,
 * the keys of service accounts' tokens, the administrator's token, and the first password as long as nobody has changed it. All else there is the store's, or is made
 * anew at each start.
 */
export const KEPT_FILES = [
  'ca.pem',
  'front-proxy/ca.pem',
  'service-account.key',
  'admin-token',
  'bootstrap-password',
] as const;

/** A file of `KEPT_FILES`. */
export interface KeptFile {
  readonly name: (typeof KEPT_FILES)[number];
  readonly content: Uint8Array;
}

/** What a backup says about itself. */
export interface BackupHead {
  /** The program that wrote it. */
  readonly version: string;
  /** When its entries were all there was, in milliseconds since the Unix epoch. */
  readonly taken: number;
  /** The store's revision then. */
  readonly revision: Revision;
}

/** A backup that is being read: `files` first, then `entries`; both must be read to their end to know that they are whole. */
export interface Backup {
  readonly head: BackupHead;
  readonly files: readonly KeptFile[];
  readonly entries: AsyncIterable<Entry>;
}

/** A backup as bytes: of a store as of `page`, which is all of it, with the files beside it. */
export function encodeBackup(
  { version, taken }: Pick<BackupHead, 'version' | 'taken'>,
  files: readonly KeptFile[],
  { revision, entries }: Page,
): Generator<Uint8Array, void, undefined> {
  function* records(): Generator<BackupRecord, void, undefined> {
    const head = { drover: 'backup', format: FORMAT, version, taken: new Date(taken).toISOString(), revision };
    yield { head: { ...head, files: files.length, entries: entries.length }, body: new Uint8Array() };
    for (const { name, content } of files) yield { head: { file: name }, body: content };
    for (const { key, created, revision: at, value } of entries) {
      yield { head: { key, revision: at, created }, body: value };
    }
  }
  return encodeRecords(records());
}

/** @throws BackupDamaged, at once or while the entries are read. */
export async function decodeBackup(chunks: AsyncIterable<Uint8Array>): Promise<Backup> {
  const records = decodeRecords(chunks);
  const next = async (): Promise<BackupRecord> => {
    const { done, value } = await records.next();
    if (done) throw new BackupDamaged('the file is damaged: something is missing in it');
    return value;
  };
  const { head, files: count } = parseHead(await next());
  const files: KeptFile[] = [];
  while (files.length < count) files.push(parseFile(await next()));
  async function* entries(): AsyncGenerator<Entry, void, undefined> {
    for await (const record of records) yield parseEntry(record);
  }
  return { head, files, entries: entries() };
}

function parseHead({ head }: BackupRecord): { readonly head: BackupHead; readonly files: number } {
  const { drover, format, version, taken, revision, files } = head;
  if (drover !== 'backup') throw new BackupDamaged('the file is not a backup of Drover');
  if (format !== FORMAT) {
    throw new BackupDamaged(
      `the backup has format ${format}, written by version ${version}; this program reads ${FORMAT}`,
    );
  }
  const at = typeof taken === 'string' ? Date.parse(taken) : Number.NaN;
  if (typeof version !== 'string' || typeof files !== 'number' || Number.isNaN(at)) throw unreadable('its head');
  return { head: { version, taken: at, revision: parseRevision(revision) }, files };
}

function parseFile({ head: { file }, body }: BackupRecord): KeptFile {
  const name = KEPT_FILES.find((known) => known === file);
  if (name === undefined) throw unreadable('a file in it');
  return { name, content: body };
}

function parseEntry({ head: { key, revision, created }, body }: BackupRecord): Entry {
  if (typeof key !== 'string') throw unreadable('an entry in it');
  return { key, value: new Uint8Array(body), revision: parseRevision(revision), created: parseRevision(created) };
}

function parseRevision(value: unknown): Revision {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unreadable('a revision in it');
  return toRevision(value);
}

function unreadable(what: string): BackupDamaged {
  return new BackupDamaged(`the file is damaged: ${what} cannot be read`);
}
