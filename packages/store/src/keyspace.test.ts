import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Write } from './journal.js';
import { Keyspace } from './keyspace.js';
import { FIRST_REVISION, type Revision, toRevision } from './store.js';

/** Random writes that a store would let pass, and the revision up to which history is forgotten after them. */
const histories = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom('/a', '/b', '/c'), fc.boolean()), { maxLength: 40 }), fc.nat(45))
  .map(([draws, oldest]) => {
    const there = new Map<string, Revision>();
    const writes: Write[] = [];
    for (const [key, put] of draws) {
      const revision = toRevision(writes.length + 2);
      const created = there.get(key);
      if (!put && created === undefined) continue;
      if (put) there.set(key, created ?? revision);
      else there.delete(key);
      const entry = put ? { key, value: new Uint8Array(1), revision, created: created ?? revision } : undefined;
      writes.push({ key, revision, entry });
    }
    return { writes, oldest: toRevision(1 + Math.min(writes.length, oldest)) };
  });

function replay(writes: readonly Write[], oldest: Revision, forgotten: Revision[] = []): Keyspace {
  const keyspace = new Keyspace(FIRST_REVISION);
  for (const write of writes) keyspace.apply(write, 0);
  keyspace.forgetTo(oldest, Number.POSITIVE_INFINITY, (revision) => forgotten.push(revision));
  return keyspace;
}

async function load(writes: readonly Write[], oldest: Revision, forgotten: Revision[] = []): Promise<Keyspace> {
  async function* batches() {
    for (let from = 0; from < writes.length; from += 7) yield writes.slice(from, from + 7);
  }
  return Keyspace.load(batches(), oldest, 0, (revision) => forgotten.push(revision));
}

function everything(keyspace: Keyspace): unknown {
  const answers: unknown[] = [keyspace.revision, keyspace.oldest, keyspace.changes('', keyspace.oldest)];
  for (let at = keyspace.oldest as number; at <= keyspace.revision; at += 1) {
    answers.push(keyspace.list('', { at: toRevision(at) }));
  }
  return answers;
}

describe('forgetting', () => {
  it('names each write that is of no use any more once: a log without them loads into the same keys and history', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ writes, oldest }) => {
        const forgotten: Revision[] = [];
        const keyspace = replay(writes, oldest, forgotten);
        expect(new Set(forgotten).size).toBe(forgotten.length);
        const again: Revision[] = [];
        const left = writes.filter(({ revision }) => !forgotten.includes(revision));
        expect(everything(await load(left, oldest, again))).toEqual(everything(keyspace));
        expect(again).toEqual([]);
      }),
    );
  });

  it('leaves one write for each living key when all history is forgotten', () => {
    fc.assert(
      fc.property(histories, ({ writes }) => {
        const forgotten: Revision[] = [];
        const keyspace = replay(writes, toRevision(1 + writes.length), forgotten);
        expect(writes.length - forgotten.length).toBe(keyspace.count(''));
        expect(keyspace.history).toBeUndefined();
      }),
    );
  });

  it('counts the bytes that live only in history', () => {
    fc.assert(
      fc.property(histories, ({ writes, oldest }) => {
        const keyspace = replay(writes, oldest);
        const bytes = keyspace
          .changes('', oldest)
          .reduce((sum, { previous }) => sum + (previous?.value.byteLength ?? 0), 0);
        expect(keyspace.history?.bytes ?? 0).toBe(bytes);
      }),
    );
  });
});

describe('loading', () => {
  it('comes to the same as applying and forgetting', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ writes, oldest }) => {
        const [expected, found]: [Revision[], Revision[]] = [[], []];
        const keyspace = replay(writes, oldest, expected);
        const loaded = await load(writes, oldest, found);
        expect(everything(loaded)).toEqual(everything(keyspace));
        expect(loaded.history).toEqual(keyspace.history);
        expect(found.sort()).toEqual(expected.sort());
      }),
    );
  });

  it('begins where it is told to, also when nothing is as new as that', async () => {
    const keyspace = await load([], toRevision(9));
    expect([keyspace.revision, keyspace.oldest]).toEqual([9, 9]);
  });
});
