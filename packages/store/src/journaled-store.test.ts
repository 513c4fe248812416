import { FakeClock, silentLog } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { KeyExists, RevisionConflict, StoreBusy, StoreUnavailable } from './errors.js';
import { type Batch, type Journal, JournalFull } from './journal.js';
import { JournaledStore, type StoreOptions } from './journaled-store.js';
import { Keyspace } from './keyspace.js';
import { type Change, FIRST_REVISION } from './store.js';

/** A disk whose syncs the test ends, one at a time. */
class HandJournal implements Journal {
  readonly batches: Batch[] = [];
  #answers: { resolve: () => void; reject: (error: Error) => void }[] = [];

  async gathered(): Promise<void> {}

  size = async (): Promise<number> => 0;

  commit(batch: Batch): Promise<void> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => this.#answers.push({ resolve, reject }));
  }

  async sync(): Promise<void> {
    this.#answers.shift()?.resolve();
    await settled();
  }

  async fail(error: Error): Promise<void> {
    this.#answers.shift()?.reject(error);
    await settled();
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const value = new Uint8Array([1]);
const keysOf = (batch: Batch | undefined): string[] => (batch?.writes ?? []).map(({ key }) => key);

function open(options: Partial<StoreOptions> = {}) {
  const journal = new HandJournal();
  const clock = new FakeClock();
  const store = new JournaledStore(new Keyspace(FIRST_REVISION), journal, { clock, log: silentLog, ...options });
  return { journal, clock, store };
}

describe('durability', () => {
  it('a write is acknowledged, read and watched when it is durable, not before', async () => {
    const { store, journal } = open();
    const seen: Change[] = [];
    store.watch('/', store.revision, (changes) => seen.push(...changes), new AbortController().signal);
    let acknowledged = false;
    const write = store.create('/a', value).then(() => {
      acknowledged = true;
    });
    await settled();
    expect([acknowledged, store.get('/a'), store.revision, seen.length]).toEqual([false, undefined, 1, 0]);
    await journal.sync();
    await write;
    expect([store.get('/a')?.key, store.revision, seen.length]).toEqual(['/a', 2, 1]);
  });

  it('writes that wait during a sync share the next one', async () => {
    const { store, journal } = open();
    const writes = [store.create('/a', value)];
    await settled();
    writes.push(store.create('/b', value), store.create('/c', value));
    await journal.sync();
    await journal.sync();
    await Promise.all(writes);
    expect(journal.batches.map(keysOf)).toEqual([['/a'], ['/b', '/c']]);
  });

  it('a group has a largest size', async () => {
    const { store, journal } = open();
    const writes = Array.from({ length: 1_500 }, (_, index) => store.create(`/${index}`, value));
    await settled();
    await journal.sync();
    await journal.sync();
    await Promise.all(writes);
    expect(journal.batches.map(({ writes }) => writes.length)).toEqual([1_024, 476]);
  });
});

describe('a write that conflicts with one on its way', () => {
  it('is refused when that one is durable', async () => {
    const { store, journal } = open();
    const first = store.create('/a', value);
    const second = store.create('/a', value).catch((error: unknown) => error);
    await settled();
    await journal.sync();
    await first;
    expect(await second).toBeInstanceOf(KeyExists);
  });

  it('is told of a revision that everybody can read', async () => {
    const { store, journal } = open();
    const created = store.create('/a', value);
    await settled();
    await journal.sync();
    const { revision } = await created;
    const first = store.update('/a', value, revision);
    const second = store.update('/a', value, revision).catch((error: unknown) => error);
    await settled();
    await journal.sync();
    expect(await second).toBeInstanceOf(RevisionConflict);
    expect(await second).toMatchObject({ actual: (await first).revision });
    expect(store.get('/a')?.revision).toBe((await first).revision);
  });

  it('goes ahead when that one found no room', async () => {
    const { store, journal } = open();
    const first = store.create('/a', value).catch((error: unknown) => error);
    const second = store.create('/a', value);
    await settled();
    await journal.fail(new JournalFull('disk full'));
    await journal.sync();
    expect(await first).toBeInstanceOf(StoreUnavailable);
    expect((await second).revision).toBe(3);
  });
});

describe('bounds', () => {
  it('refuses a write when as many wait as may, and takes it when they are done', async () => {
    const { store, journal } = open({ limits: { maxWaiting: 2, maxWaitingBytes: 1_000 } });
    const writes = [store.create('/a', value), store.create('/b', value)];
    await expect(store.create('/c', value)).rejects.toThrow(StoreBusy);
    await settled();
    await journal.sync();
    await Promise.all(writes);
    const later = store.create('/c', value);
    await settled();
    await journal.sync();
    expect((await later).revision).toBe(4);
  });

  it('refuses a write when as many bytes wait as may, and takes a large one alone', async () => {
    const { store, journal } = open({ limits: { maxWaiting: 9, maxWaitingBytes: 10 } });
    const large = store.create('/a', new Uint8Array(100));
    await expect(store.create('/b', value)).rejects.toThrow(StoreBusy);
    await settled();
    await journal.sync();
    expect((await large).revision).toBe(2);
  });

  it('refuses a value beyond the largest', async () => {
    const { store } = open({ maxValueBytes: 10 });
    await expect(store.create('/a', new Uint8Array(11))).rejects.toThrow('11 bytes, more than 10');
  });
});

describe('failure', () => {
  it('without room the waiting writes are refused, reads go on, health says so; the next write is tried', async () => {
    const { store, journal } = open();
    const refused = Promise.allSettled([store.create('/a', value), store.create('/b', value)]);
    await settled();
    await journal.fail(new JournalFull('disk full'));
    expect((await refused).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(store.health).toEqual({ ok: false, reason: 'disk full', lasting: false });
    expect(store.list('').entries).toEqual([]);
    const next = store.create('/a', value);
    await settled();
    await journal.sync();
    await next;
    expect(store.health).toEqual({ ok: true });
  });

  it('a write that found no room takes its revision with it', async () => {
    const { store, journal } = open();
    const refused = store.create('/a', value).catch(() => undefined);
    await settled();
    await journal.fail(new JournalFull('disk full'));
    await refused;
    const next = store.create('/a', value);
    await settled();
    await journal.sync();
    expect((await next).revision).toBe(3);
  });

  it('after any other fault nothing is written any more, because nobody knows what the disk holds', async () => {
    const { store, journal } = open();
    const refused = store.create('/a', value).catch((error: unknown) => error);
    await settled();
    await journal.fail(new Error('input/output error'));
    expect(await refused).toBeInstanceOf(StoreUnavailable);
    await expect(store.create('/b', value)).rejects.toThrow('input/output error');
    expect(journal.batches).toHaveLength(1);
    expect(store.health).toMatchObject({ ok: false, lasting: true });
  });
});

describe('history', () => {
  it('is forgotten by age, and the journal is told what to remove', async () => {
    const { store, journal, clock } = open({
      retention: { minChanges: 1, maxChanges: 100, maxBytes: 1_000, maxAgeMs: 1_000 },
    });
    const created = store.create('/a', value);
    await settled();
    await journal.sync();
    const updated = store.update('/a', value, (await created).revision);
    await settled();
    await journal.sync();
    await updated;
    await clock.advance(61_000);
    expect(store.oldest).toBe(2);
    const again = store.update('/a', value, (await updated).revision);
    await settled();
    await journal.sync();
    await again;
    await clock.advance(61_000);
    expect(journal.batches.at(-1)).toMatchObject({ writes: [], forgotten: [2], oldest: 3 });
  });

  it('is forgotten when there is too much of it', async () => {
    const { store, journal } = open({ retention: { minChanges: 1, maxChanges: 3, maxBytes: 1_000, maxAgeMs: 1_000 } });
    for (const key of ['/a', '/b', '/c', '/d', '/e']) {
      const write = store.create(key, value);
      await settled();
      await journal.sync();
      await write;
    }
    expect([store.oldest, store.revision]).toEqual([3, 6]);
  });
});
