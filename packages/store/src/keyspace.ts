import { RevisionCompacted, RevisionFuture } from './errors.js';
import type { Write } from './journal.js';
import { SortedMap } from './sorted-map.js';
import type { Change, Entry, Page, PageRequest, Revision } from './store.js';
import { type Version, VersionLog } from './version-log.js';

/** How much history is held: writes, bytes of values that live only in history, and when the oldest write was learned of. */
export interface HistorySize {
  readonly changes: number;
  readonly bytes: number;
  readonly since: number;
}

/**
 * The keys and their history in memory, which all drivers read from.
 *
 * Invariants: the map holds the newest version of each key, deletes included as long as they are in the log; the log holds
 * each write after `oldest`; from each of them `older` leads to the version that a read at the revision before it must see.
 */
export class Keyspace {
  readonly #keys = new SortedMap<Version>(liveness);
  readonly #log = new VersionLog();
  #bytes = 0;
  #revision: Revision;
  #oldest: Revision;

  constructor(start: Revision) {
    this.#revision = start;
    this.#oldest = start;
  }

  /**
   * The keyspace whose writes, in the order of their revisions, are given in `batches`, without the history before `oldest`.
   * `forgotten` is called as by `forgetOldest`. Cheaper than applying each: the keys are put in order once, at the end.
   */
  static async load(
    batches: AsyncIterable<Iterable<Write>>,
    oldest: Revision,
    at: number,
    forgotten: (revision: Revision) => void,
  ): Promise<Keyspace> {
    const keyspace = new Keyspace(oldest);
    const newest = new Map<string, Version>();
    for await (const batch of batches) {
      for (const write of batch) {
        const older = newest.get(write.key);
        const recent = write.revision > oldest;
        const version = versionOf(write, at, recent ? older : undefined);
        if (recent) keyspace.#append(version);
        else if (older?.entry) forgotten(older.revision);
        if (recent || write.entry) newest.set(write.key, version);
        else {
          newest.delete(write.key);
          forgotten(write.revision);
        }
      }
    }
    keyspace.#keys.fill(newest);
    return keyspace;
  }

  get revision(): Revision {
    return this.#revision;
  }

  get oldest(): Revision {
    return this.#oldest;
  }

  get(key: string): Entry | undefined {
    return this.#keys.get(key)?.entry;
  }

  count(prefix: string): number {
    return this.#keys.weight(prefix, prefixEnd(prefix));
  }

  /** @throws RevisionCompacted, RevisionFuture */
  list(prefix: string, { limit = Number.POSITIVE_INFINITY, after, at = this.#revision }: PageRequest = {}): Page {
    this.#check(at);
    const end = prefixEnd(prefix);
    const start = after === undefined || after < prefix ? prefix : next(after);
    const entries: Entry[] = [];
    if (limit > 0 && (end === undefined || start < end)) {
      this.#keys.visit(start, end, (newest) => {
        const entry = entryAt(newest, at);
        return entry === undefined || entries.push(entry) < limit;
      });
    }
    if (entries.length < limit) return { entries, revision: at, more: 0 };
    const last = entries.at(-1);
    return { entries, revision: at, more: this.#countAt(last ? next(last.key) : start, end, at) };
  }

  /** The changes under `prefix` after `revision`, oldest first. @throws RevisionCompacted, RevisionFuture */
  changes(prefix: string, revision: Revision): Change[] {
    this.#check(revision);
    const changes: Change[] = [];
    this.#log.visit(revision, (version) => {
      if (version.key.startsWith(prefix)) changes.push(changeOf(version));
    });
    return changes;
  }

  /** Makes a write visible, learned of at `at` (milliseconds since the Unix epoch). Revisions must come in ascending order. */
  apply(write: Write, at: number): void {
    const version = versionOf(write, at, this.#keys.get(write.key));
    this.#keys.set(write.key, version);
    this.#append(version);
  }

  #append(version: Version): void {
    this.#log.push(version);
    this.#bytes += historicBytes(version);
    this.#revision = version.revision;
  }

  /** `undefined` when no history is held. */
  get history(): HistorySize | undefined {
    const first = this.#log.first;
    return first && { changes: this.#log.size, bytes: this.#bytes, since: first.at };
  }

  /**
   * Forgets what only reads before the oldest write held could see, and moves `oldest` on to it. `forgotten` is called with
   * the revision of each write that nothing refers to any more, once in its life.
   */
  forgetOldest(forgotten: (revision: Revision) => void): void {
    const version = this.#log.shift();
    if (!version) return;
    this.#bytes -= historicBytes(version);
    if (version.older?.entry) forgotten(version.older.revision);
    version.older = undefined;
    if (!version.entry) {
      forgotten(version.revision);
      if (this.#keys.get(version.key) === version) this.#keys.delete(version.key);
    }
    this.#oldest = version.revision;
  }

  /** Forgets as `forgetOldest` does, as long as that does not take `oldest` past `revision`, and at most `limit` writes. */
  forgetTo(revision: Revision, limit: number, forgotten: (revision: Revision) => void): void {
    for (let count = 0; count < limit; count += 1) {
      const first = this.#log.first;
      if (!first || first.revision > revision) {
        if (revision > this.#oldest) this.#oldest = revision;
        return;
      }
      this.forgetOldest(forgotten);
    }
  }

  #check(revision: Revision): void {
    if (revision < this.#oldest) throw new RevisionCompacted(revision, this.#oldest);
    if (revision > this.#revision) throw new RevisionFuture(revision, this.#revision);
  }

  /** How many keys of a range had an entry at `at`: as many as now, less what the changes since then added. */
  #countAt(start: string, end: string | undefined, at: Revision): number {
    if (end !== undefined && start >= end) return 0;
    let count = this.#keys.weight(start, end);
    this.#log.visit(at, (version) => {
      const added = liveness(version) - (version.older ? liveness(version.older) : 0);
      if (added !== 0 && version.key >= start && (end === undefined || version.key < end)) count -= added;
    });
    return count;
  }
}

function versionOf({ key, revision, entry }: Write, at: number, older: Version | undefined): Version {
  return { key, revision, entry, at, older };
}

function liveness(version: Version): number {
  return version.entry ? 1 : 0;
}

function historicBytes({ older }: Version): number {
  return older?.entry?.value.byteLength ?? 0;
}

function entryAt(newest: Version, at: Revision): Entry | undefined {
  let version: Version | undefined = newest;
  while (version && version.revision > at) version = version.older;
  return version?.entry;
}

function changeOf({ key, revision, entry, older }: Version): Change {
  if (entry) return { type: 'put', entry, previous: older?.entry };
  if (!older?.entry) throw new Error(`the delete of "${key}" at ${revision} has nothing before it`);
  return { type: 'delete', key, revision, previous: older.entry };
}

/** The first key after `key`. */
function next(key: string): string {
  return `${key}\0`;
}

/** The first key after all that start with `prefix`; `undefined` when there is none. */
function prefixEnd(prefix: string): string | undefined {
  for (let end = prefix.length - 1; end >= 0; end -= 1) {
    const unit = prefix.charCodeAt(end);
    if (unit < 0xffff) return prefix.slice(0, end) + String.fromCharCode(unit + 1);
  }
  return undefined;
}
