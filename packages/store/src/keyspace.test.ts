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
  keyspace.skipTo(oldest);
  keyspace.forgetTo(oldest, Number.POSITIVE_INFINITY, (revision) => forgotten.push(revision));
  return keyspace;
}

function everything(keyspace: Keyspace): unknown {
  const answers: unknown[] = [keyspace.revision, keyspace.oldest, keyspace.changes('', keyspace.oldest)];
  for (let at = keyspace.oldest as number; at <= keyspace.revision; at += 1) {
    answers.push(keyspace.list('', { at: toRevision(at) }));
  }
  return answers;
}

describe('forgetting', () => {
  it('names each write that is of no use any more once: a log without them replays into the same keys and history', () => {
    fc.assert(
      fc.property(histories, ({ writes, oldest }) => {
        const forgotten: Revision[] = [];
        const keyspace = replay(writes, oldest, forgotten);
        expect(new Set(forgotten).size).toBe(forgotten.length);
        const again: Revision[] = [];
        const left = writes.filter(({ revision }) => !forgotten.includes(revision));
        expect(everything(replay(left, oldest, again))).toEqual(everything(keyspace));
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
