import type { Clock, Log } from '@drover/kit';
import {
  EntryRefused,
  KeyExists,
  KeyMissing,
  RevisionConflict,
  RevisionFuture,
  type StoreError,
  StoreUnavailable,
} from './errors.js';
import { type Batch, type Journal, JournalFull } from './journal.js';
import type { Keyspace } from './keyspace.js';
import { DEFAULT_RETENTION, isExcess, type Retention } from './retention.js';
import {
  type Change,
  type Entry,
  type Page,
  type PageRequest,
  type Revision,
  type Store,
  type StoreHealth,
  toRevision,
} from './store.js';
import { Watchers } from './watchers.js';
import { type WaitingWrite, type WriteLimits, WriteQueue } from './write-queue.js';

/** What each driver needs and what each may be bounded by. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The longest value taken. Default 3 MiB: the largest request body kube-apiserver accepts. */
  readonly maxValueBytes?: number;
  readonly limits?: WriteLimits;
  readonly retention?: Retention;
}

/** Room for a burst from some thousand clients; 64 MiB reach a disk of 100 MB/s within a second. */
const DEFAULT_LIMITS: WriteLimits = { maxWaiting: 8_192, maxWaitingBytes: 64 * 1024 * 1024 };
const DEFAULT_MAX_VALUE_BYTES = 3 * 1024 * 1024;
/** Group, resource, namespace and name have at most 253 characters each in Kubernetes. */
const MAX_KEY_LENGTH = 1_280;
/** Writes in one sync: beyond this a larger group is hardly faster, and the first of it waits longer. */
const MAX_BATCH = 1_024;
/** Forgotten writes in one sync: twice what a batch can bring forth, and a few milliseconds of work. */
const FORGET_BATCH = 2_048;
/** Versions forgotten in one turn of the event loop by `compact`: about a millisecond. */
const FORGET_SLICE = 2_048;
/** How often history that nobody adds to is looked at. */
const RETENTION_PERIOD_MS = 60_000;

interface Compaction {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * A store whose reads come from a `Keyspace` and whose writes go through a `Journal` first.
 *
 * Writes get their revision, and are checked against everything before them, when they are called; they then go to the
 * journal in groups, one group at a time, and become visible in the order of their revisions when their group is durable.
 * A write that conflicts with one still on its way waits for that one's outcome before it is refused: no answer rests on
 * something that never happened.
 */
export class JournaledStore implements Store {
  readonly #keyspace: Keyspace;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #queue: WriteQueue;
  readonly #watchers: Watchers;
  readonly #maxValueBytes: number;
  readonly #retention: Retention;
  readonly #forgotten: Revision[];
  readonly #noteForgotten = (revision: Revision): void => {
    this.#forgotten.push(revision);
  };
  #compactions: Compaction[] = [];
  #lastRevision: number;
  #working: Promise<void> | undefined;
  #ageTimer: Disposable | undefined;
  #health: StoreHealth = { ok: true };
  #refuse: string | undefined;
  #closed: Promise<void> | undefined;

  /** `forgotten` are revisions the journal still holds although nothing in `keyspace` refers to them. */
  constructor(keyspace: Keyspace, journal: Journal, options: StoreOptions, forgotten: Revision[] = []) {
    this.#keyspace = keyspace;
    this.#journal = journal;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#queue = new WriteQueue(options.limits ?? DEFAULT_LIMITS);
    this.#watchers = new Watchers(options.log);
    this.#maxValueBytes = options.maxValueBytes ?? DEFAULT_MAX_VALUE_BYTES;
    this.#retention = options.retention ?? DEFAULT_RETENTION;
    this.#forgotten = forgotten;
    this.#lastRevision = keyspace.revision;
    if (forgotten.length > 0) this.#work();
    this.#forgetLater(RETENTION_PERIOD_MS);
  }

  get revision(): Revision {
    return this.#keyspace.revision;
  }

  get oldest(): Revision {
    return this.#keyspace.oldest;
  }

  get health(): StoreHealth {
    return this.#health;
  }

  get(key: string): Entry | undefined {
    return this.#keyspace.get(key);
  }

  list(prefix: string, page?: PageRequest): Page {
    return this.#keyspace.list(prefix, page);
  }

  count(prefix: string): number {
    return this.#keyspace.count(prefix);
  }

  size(): Promise<number> {
    return this.#journal.size();
  }

  async create(key: string, value: Uint8Array): Promise<Entry> {
    this.#checkEntry(key, value);
    const { entry } = await this.#write(key, value, (found) => (found ? new KeyExists(key) : undefined));
    return entry as Entry;
  }

  async update(key: string, value: Uint8Array, expected: Revision): Promise<Entry> {
    this.#checkEntry(key, value);
    const { entry } = await this.#write(key, value, (found) => staleness(key, found, expected));
    return entry as Entry;
  }

  async delete(key: string, expected: Revision): Promise<Revision> {
    const { revision } = await this.#write(key, undefined, (found) => staleness(key, found, expected));
    return revision;
  }

  watch(prefix: string, after: Revision, onChanges: (changes: readonly Change[]) => void, signal: AbortSignal): void {
    const history = this.#keyspace.changes(prefix, after);
    if (signal.aborted || this.#closed) return;
    if (history.length > 0) onChanges(history);
    this.#watchers.add(prefix, this.revision, onChanges, signal);
  }

  async compact(revision: Revision): Promise<void> {
    if (revision > this.revision) throw new RevisionFuture(revision, this.revision);
    while (this.oldest < revision) {
      this.#keyspace.forgetTo(revision, FORGET_SLICE, this.#noteForgotten);
      if (this.oldest < revision) await new Promise((resolve) => setImmediate(resolve));
    }
    this.#checkOpen();
    await new Promise<void>((resolve, reject) => {
      this.#compactions.push({ resolve, reject });
      this.#work();
    });
  }

  /** Writes called before this are still written; then the journal is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    this.#refuse ??= 'the store is closed';
    this.#ageTimer?.[Symbol.dispose]();
    await this.#working;
    this.#watchers.clear();
    await this.#journal[Symbol.asyncDispose]();
  }

  /** Checks and queues in one turn, so that nothing comes between; or waits for what it conflicts with and checks again. */
  async #write(
    key: string,
    value: Uint8Array | undefined,
    refusal: (found: Entry | undefined) => StoreError | undefined,
  ): Promise<WaitingWrite> {
    for (;;) {
      this.#checkOpen();
      const ahead = this.#queue.newest(key);
      const found = ahead ? ahead.entry : this.#keyspace.get(key);
      const refused = refusal(found);
      if (!refused) {
        const write = this.#enqueue(key, value, found);
        await write.done;
        return write;
      }
      if (!ahead) throw refused;
      await ahead.done.catch(() => undefined);
    }
  }

  #enqueue(key: string, value: Uint8Array | undefined, found: Entry | undefined): WaitingWrite {
    this.#queue.checkRoom(value?.byteLength ?? 0);
    this.#lastRevision += 1;
    const revision = toRevision(this.#lastRevision);
    const entry = value && { key, value: owned(value), revision, created: found?.created ?? revision };
    const write = this.#queue.add({ key, revision, entry });
    this.#work();
    return write;
  }

  #work(): void {
    this.#working ??= this.#drain();
  }

  async #drain(): Promise<void> {
    await this.#journal.gathered();
    while (this.#queue.hasQueued || this.#forgotten.length > 0 || this.#compactions.length > 0) {
      const writes = this.#queue.take(MAX_BATCH);
      const batch = { writes, forgotten: this.#forgotten.splice(0, FORGET_BATCH), oldest: this.oldest };
      const compactions = this.#compactions.splice(0);
      try {
        await this.#journal.commit(batch);
      } catch (error) {
        this.#failed(batch, writes, compactions, error);
        break;
      }
      this.#publish(writes);
      for (const { resolve } of compactions) resolve();
    }
    this.#working = undefined;
  }

  #publish(writes: readonly WaitingWrite[]): void {
    this.#health = { ok: true };
    const now = this.#clock.now();
    const before = this.revision;
    for (const write of writes) {
      this.#keyspace.apply(write, now);
      this.#queue.settle(write);
    }
    if (writes.length > 0) this.#watchers.deliver(this.#keyspace.changes('', before), this.revision);
    for (const write of writes) write.resolve();
    this.#forgetExcess(now);
  }

  /** Nothing of the batch happened, as far as anybody was told; what waits behind it was checked against it and goes with it. */
  #failed(batch: Batch, writes: readonly WaitingWrite[], compactions: readonly Compaction[], error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#health = { ok: false, reason, lasting: !(error instanceof JournalFull) };
    if (error instanceof JournalFull) {
      this.#forgotten.unshift(...batch.forgotten);
      this.#log.error('the store has no room; writes are refused', { reason, writes: writes.length });
    } else {
      this.#refuse = `the store's disk failed: ${reason}`;
      this.#log.error('the store failed; it takes no writes until it is opened again', { reason });
    }
    const refusal = new StoreUnavailable(`the write was not kept: ${reason}`, { cause: error });
    const waiting = [...writes, ...this.#queue.take(Number.POSITIVE_INFINITY)];
    for (const write of waiting) {
      this.#queue.settle(write);
      write.reject(refusal);
    }
    for (const { reject } of [...compactions, ...this.#compactions.splice(0)]) reject(refusal);
  }

  /** Forgets what the retention no longer wants; what is too much for one turn, in the next. */
  #forgetExcess(now: number): void {
    let left = FORGET_SLICE;
    for (let history = this.#keyspace.history; left > 0 && history; history = this.#keyspace.history) {
      if (!isExcess(history, this.#retention, now)) break;
      this.#keyspace.forgetOldest(this.#noteForgotten);
      left -= 1;
    }
    this.#forgetLater(left > 0 ? RETENTION_PERIOD_MS : 0);
  }

  #forgetLater(ms: number): void {
    if (this.#ageTimer || this.#refuse !== undefined) return;
    if ((this.#keyspace.history?.changes ?? 0) <= this.#retention.minChanges) return;
    this.#ageTimer = this.#clock.after(ms, () => {
      this.#ageTimer = undefined;
      this.#forgetExcess(this.#clock.now());
      if (this.#forgotten.length > 0 && this.#refuse === undefined) this.#work();
    });
  }

  #checkOpen(): void {
    if (this.#refuse !== undefined) throw new StoreUnavailable(this.#refuse);
  }

  #checkEntry(key: string, value: Uint8Array): void {
    if (key === '' || key.length > MAX_KEY_LENGTH) {
      throw new EntryRefused(key, `a key has 1 to ${MAX_KEY_LENGTH} characters`);
    }
    if (UNSTORABLE.test(key)) throw new EntryRefused(key, 'a key is well-formed text without NUL');
    if (value.byteLength > this.#maxValueBytes) {
      throw new EntryRefused(key, `its value has ${value.byteLength} bytes, more than ${this.#maxValueBytes}`);
    }
  }
}

/** NUL ends a text in some journals; half a surrogate pair has no UTF-8. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** Bytes that keep nothing else in memory: a view of a network buffer would keep all of it as long as the entry lives. */
function owned(value: Uint8Array): Uint8Array {
  return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value);
}

function staleness(key: string, found: Entry | undefined, expected: Revision): StoreError | undefined {
  if (!found) return new KeyMissing(key);
  return found.revision === expected ? undefined : new RevisionConflict(key, expected, found.revision);
}
