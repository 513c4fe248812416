import { describe, expect, it } from 'vitest';
import {
  type AckedWrite,
  checkDurable,
  checkNoStaleWrite,
  checkRevisionsGrow,
  checkWatchBounded,
  checkWatchOrdered,
  checkWatchReliable,
  checkWatchResumable,
  checkWatchUnique,
  type SeenChange,
  type Watched,
} from './promises.js';
import { toRevision } from './store.js';

const put = (key: string, revision: number): SeenChange => ({ type: 'put', key, revision });
const watched = (...seen: SeenChange[]): Watched => ({ prefix: '/', after: 1, until: 9, seen });
const acked = (key: string, revision: number, more: Partial<AckedWrite> = {}): AckedWrite => ({
  type: 'put',
  key,
  revision,
  expected: undefined,
  called: revision * 2,
  answered: revision * 2 + 1,
  ...more,
});

describe('the checkers find each kind of broken promise', () => {
  it('an older change after a newer one', () => {
    expect(() => checkWatchOrdered(watched(put('/a', 3), put('/b', 2)))).toThrow('ordered: put of /b at 2');
  });

  it('a change told twice', () => {
    expect(() => checkWatchUnique(watched(put('/a', 3), put('/a', 3)))).toThrow('came twice');
  });

  it('a change from elsewhere, or from before the beginning', () => {
    expect(() => checkWatchBounded(watched(put('b', 3)))).toThrow('not under "/"');
    expect(() => checkWatchBounded(watched(put('/b', 1)))).toThrow('not after 1');
  });

  it('an acknowledged write that was not told', () => {
    expect(() => checkWatchReliable(watched(put('/a', 3)), [acked('/a', 3), acked('/b', 4)])).toThrow('put of /b at 4');
  });

  it('a watch that saw less, or more, when it came back', () => {
    const first = watched(put('/a', 3), put('/b', 4));
    expect(() => checkWatchResumable(first, watched(put('/b', 4)))).toThrow('put of /a at 3 was seen first');
    expect(() => checkWatchResumable(watched(put('/b', 4)), watched(put('/b', 4), put('/c', 5)))).toThrow('later only');
  });

  it('a revision given twice, or going back', () => {
    expect(() => checkRevisionsGrow([acked('/a', 3), acked('/b', 3)])).toThrow('never repeat');
    expect(() => checkRevisionsGrow([acked('/a', 3, { called: 11, answered: 12 }), acked('/b', 4)])).toThrow(
      'never go back',
    );
  });

  it('a write on top of what its caller had not read', () => {
    expect(() => checkNoStaleWrite([acked('/a', 3), acked('/a', 4), acked('/a', 5, { expected: 3 })])).toThrow(
      'no stale write',
    );
  });

  it('an acknowledged write that is lost, or a delete undone', () => {
    expect(() => checkDurable([acked('/a', 3)], new Map(), 9)).toThrow('is lost');
    expect(() => checkDurable([acked('/a', 3)], new Map(), 2)).toThrow('newer than the store');
    const there = new Map([['/a', { revision: toRevision(3) }]]);
    expect(() => checkDurable([acked('/a', 4, { type: 'delete' })], there, 9)).toThrow('is undone');
  });
});

describe('a history that keeps the promises passes', () => {
  it('each of them', () => {
    const writes = [acked('/a', 2), acked('/a', 3, { expected: 2 }), acked('/b', 4)];
    const all = watched(...writes);
    for (const check of [checkWatchOrdered, checkWatchUnique, checkWatchBounded]) check(all);
    checkWatchReliable(all, writes);
    checkWatchResumable(all, { ...watched(put('/b', 4)), after: 3 });
    checkRevisionsGrow(writes);
    checkNoStaleWrite(writes);
    checkDurable(writes, new Map(writes.map(({ key, revision }) => [key, { revision: toRevision(revision) }])), 4);
  });

  it('also where a delete was asked for and its answer was never heard', () => {
    checkDurable([acked('/a', 3)], new Map(), 9, new Set(['/a']));
    expect(() => checkDurable([acked('/a', 3)], new Map(), 9, new Set(['/b']))).toThrow('is lost');
  });
});
