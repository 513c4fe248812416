import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { back, Model, type ModelEntry, type Step, steps } from './conformance-model.js';
import {
  EntryRefused,
  KeyExists,
  KeyMissing,
  RevisionCompacted,
  RevisionConflict,
  RevisionFuture,
  StoreUnavailable,
} from './errors.js';
import { checkWatchBounded, checkWatchOrdered, checkWatchReliable, checkWatchUnique } from './promises.js';
import { Recorder } from './recorder.js';
import { type Change, type Entry, type Revision, type Store, toRevision } from './store.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (value: Uint8Array): string => new TextDecoder().decode(value);
const plain = ({ key, value, revision, created }: Entry): ModelEntry => ({
  key,
  text: textOf(value),
  revision,
  created,
});
const never = new AbortController().signal;

/**
 * The named tests of the store's promise; every driver runs them. `open` gives a new, empty store, which the test closes.
 * `runs` is how many random histories are tried.
 */
export function storeConformance(name: string, open: () => Promise<Store>, runs = 100): void {
  describe(`${name} keeps the store's promise`, () => {
    it('begins at revision 1, empty', async () => {
      await using store = await open();
      expect(store).toMatchObject({ revision: 1, oldest: 1, health: { ok: true } });
      expect(store.list('')).toEqual({ entries: [], revision: 1, more: 0 });
    });

    it('gives back what was created, with the revision it was created at', async () => {
      await using store = await open();
      const entry = await store.create('/a', bytes('one'));
      expect(plain(entry)).toEqual({ key: '/a', text: 'one', revision: 2, created: 2 });
      expect(store.get('/a')).toBe(entry);
      expect(store.revision).toBe(2);
    });

    it('keeps the revision of creation over updates, and forgets it on delete', async () => {
      await using store = await open();
      const first = await store.create('/a', bytes('1'));
      const second = await store.update('/a', bytes('2'), first.revision);
      expect(second.created).toBe(first.revision);
      await store.delete('/a', second.revision);
      const third = await store.create('/a', bytes('3'));
      expect(third.created).toBe(third.revision);
    });

    it('refuses by name, and a refused write takes no revision', async () => {
      await using store = await open();
      const { revision } = await store.create('/a', bytes('1'));
      const stale = toRevision(revision - 1);
      await expect(store.create('/a', bytes('2'))).rejects.toThrow(KeyExists);
      await expect(store.update('/b', bytes('2'), revision)).rejects.toThrow(KeyMissing);
      await expect(store.delete('/b', revision)).rejects.toThrow(KeyMissing);
      await expect(store.update('/a', bytes('2'), stale)).rejects.toThrow(RevisionConflict);
      await expect(store.delete('/a', stale)).rejects.toThrow(RevisionConflict);
      expect(store.revision).toBe(revision);
    });

    it('takes an empty value for a value', async () => {
      await using store = await open();
      await store.create('/a', new Uint8Array());
      expect(store.get('/a')?.value.byteLength).toBe(0);
    });

    it('keeps the bytes of a view, not those around it', async () => {
      await using store = await open();
      const { value } = await store.create('/a', bytes('around').subarray(1, 3));
      expect(textOf(value)).toBe('ro');
      expect(value.buffer.byteLength).toBe(2);
    });

    it.each([
      ['no key', ''],
      ['a key with NUL', '/a\0b'],
      ['half a surrogate pair', '/\ud83d'],
      ['an endless key', 'x'.repeat(100_000)],
    ])('refuses %s', async (_, key) => {
      await using store = await open();
      await expect(store.create(key, bytes('1'))).rejects.toThrow(EntryRefused);
    });

    it('decides between two writes of one turn in the order they were called', async () => {
      await using store = await open();
      const [first, second] = await Promise.allSettled([
        store.create('/a', bytes('1')),
        store.create('/a', bytes('2')),
      ]);
      expect(first.status).toBe('fulfilled');
      expect(second).toMatchObject({ status: 'rejected', reason: expect.any(KeyExists) });
      expect(textOf(store.get('/a')?.value ?? bytes(''))).toBe('1');
    });

    it('lets a key be made again before its delete is durable', async () => {
      await using store = await open();
      const { revision } = await store.create('/a', bytes('1'));
      const [deleted, created] = await Promise.all([store.delete('/a', revision), store.create('/a', bytes('2'))]);
      expect(created.revision).toBeGreaterThan(deleted);
      expect(created.created).toBe(created.revision);
    });

    it('reads a list in pages as of one revision while others write', async () => {
      await using store = await open();
      for (const key of ['/1', '/2', '/3', '/4', '/5']) await store.create(key, bytes(key));
      const first = store.list('/', { limit: 2 });
      await store.delete('/3', store.get('/3')?.revision as Revision);
      await store.create('/35', bytes('new'));
      const second = store.list('/', { limit: 2, after: '/2', at: first.revision });
      const third = store.list('/', { limit: 2, after: '/4', at: first.revision });
      expect([first, second, third].map(({ more }) => more)).toEqual([3, 1, 0]);
      expect([...second.entries, ...third.entries].map(({ key }) => key)).toEqual(['/3', '/4', '/5']);
    });

    it('tells a watcher the history first, then what happens, without a gap', async () => {
      await using store = await open();
      await store.create('/a', bytes('1'));
      const seen: Change[] = [];
      store.watch('/', toRevision(1), (changes) => seen.push(...changes), never);
      expect(seen).toHaveLength(1);
      const { revision } = await store.create('/b', bytes('2'));
      await store.delete('/b', revision);
      expect(seen).toMatchObject([
        { type: 'put', entry: { key: '/a' }, previous: undefined },
        { type: 'put', entry: { key: '/b' } },
        { type: 'delete', key: '/b', previous: { key: '/b', revision } },
      ]);
    });

    it('tells a watcher that joins from within another one each change once', async () => {
      await using store = await open();
      const joined: Change[] = [];
      let join = (): void => store.watch('/', toRevision(1), (changes) => joined.push(...changes), never);
      store.watch(
        '/',
        toRevision(1),
        () => {
          join();
          join = () => undefined;
        },
        never,
      );
      await Promise.all([store.create('/a', bytes('1')), store.create('/b', bytes('2'))]);
      await store.create('/c', bytes('3'));
      expect(joined.map((change) => change.type === 'put' && change.entry.key)).toEqual(['/a', '/b', '/c']);
    });

    it('tells nothing after the watcher has left', async () => {
      await using store = await open();
      const leaving = new AbortController();
      const seen: Change[] = [];
      store.watch('/', store.revision, (changes) => seen.push(...changes), leaving.signal);
      await store.create('/a', bytes('1'));
      leaving.abort();
      await store.create('/b', bytes('2'));
      expect(seen).toHaveLength(1);
    });

    it('drops a watcher that throws, and tells the others', async () => {
      await using store = await open();
      const seen: Change[] = [];
      const calls: number[] = [];
      store.watch(
        '/',
        store.revision,
        (changes) => {
          calls.push(changes.length);
          throw new Error('a watcher broke');
        },
        never,
      );
      store.watch('/', store.revision, (changes) => seen.push(...changes), never);
      await store.create('/a', bytes('1'));
      await store.create('/b', bytes('2'));
      expect(seen).toHaveLength(2);
      expect(calls).toEqual([1]);
    });

    it('answers 410 and not less for history it has forgotten, and knows the future when asked for it', async () => {
      await using store = await open();
      const { revision } = await store.create('/a', bytes('1'));
      await store.update('/a', bytes('2'), revision);
      await store.compact(store.revision);
      expect(store.oldest).toBe(store.revision);
      expect(() => store.list('/', { at: revision })).toThrow(RevisionCompacted);
      expect(() => store.watch('/', revision, () => undefined, never)).toThrow(RevisionCompacted);
      const future = toRevision(store.revision + 1);
      expect(() => store.list('/', { at: future })).toThrow(RevisionFuture);
      expect(() => store.watch('/', future, () => undefined, never)).toThrow(RevisionFuture);
      await expect(store.compact(future)).rejects.toThrow(RevisionFuture);
    });

    it('writes what was called before it closed, and refuses what comes later', async () => {
      const store = await open();
      const last = store.create('/a', bytes('1'));
      await store[Symbol.asyncDispose]();
      expect((await last).key).toBe('/a');
      await expect(store.create('/b', bytes('2'))).rejects.toThrow(StoreUnavailable);
    });

    it('does what the model does, step by step', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (history) => {
          await using store = await open();
          const model = new Model();
          const recorder = new Recorder();
          for (const step of history) await take(step, store, model, recorder);
          expect(store.list('').entries.map(plain)).toEqual(model.at(model.newest));
          for (const watched of recorder.watched(store.revision)) {
            checkWatchOrdered(watched);
            checkWatchUnique(watched);
            checkWatchBounded(watched);
            checkWatchReliable(watched, recorder.writes);
          }
        }),
        { numRuns: runs },
      );
    });
  });
}

async function take(step: Step, store: Store, model: Model, recorder: Recorder): Promise<void> {
  switch (step.do) {
    case 'create': {
      const outcome = recorder.create(store, step.key, bytes(step.text));
      if (model.get(step.key)) return void (await expect(outcome).rejects.toThrow(KeyExists));
      return model.write(step.key, (await outcome).revision, step.text);
    }
    case 'update': {
      const found = model.get(step.key);
      const outcome = recorder.update(
        store,
        step.key,
        bytes(step.text),
        back(found?.revision ?? 1, step.stale ? 1 : 0),
      );
      if (!found) return void (await expect(outcome).rejects.toThrow(KeyMissing));
      if (step.stale) return void (await expect(outcome).rejects.toThrow(RevisionConflict));
      return model.write(step.key, (await outcome).revision, step.text);
    }
    case 'delete': {
      const found = model.get(step.key);
      const outcome = recorder.delete(store, step.key, back(found?.revision ?? 1, step.stale ? 1 : 0));
      if (!found) return void (await expect(outcome).rejects.toThrow(KeyMissing));
      if (step.stale) return void (await expect(outcome).rejects.toThrow(RevisionConflict));
      return model.write(step.key, await outcome, undefined);
    }
    case 'list': {
      const at = back(model.newest, step.age);
      const { prefix, limit, after } = step;
      const ask = () => store.list(prefix, { limit, at, ...(after === undefined ? {} : { after }) });
      if (at < model.oldest) return void expect(ask).toThrow(RevisionCompacted);
      const rest = model.at(at, prefix).filter(({ key }) => after === undefined || key > after);
      const page = ask();
      expect(page.entries.map(plain)).toEqual(rest.slice(0, limit));
      expect(page).toMatchObject({ revision: at, more: Math.max(0, rest.length - limit) });
      expect(store.count(prefix)).toBe(model.at(model.newest, prefix).length);
      return;
    }
    case 'watch': {
      const after = back(model.newest, step.age);
      if (after >= model.oldest) return recorder.watch(store, step.prefix, after);
      return void expect(() => recorder.watch(store, step.prefix, after)).toThrow(RevisionCompacted);
    }
    case 'compact': {
      const revision = back(model.newest, step.age);
      await store.compact(revision);
      model.oldest = Math.max(model.oldest, revision);
      expect(store.oldest).toBe(model.oldest);
    }
  }
}
