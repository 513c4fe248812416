import { expect, it } from 'vitest';
import { toRevision } from './store.js';
import { WriteQueue } from './write-queue.js';

const write = (key: string, revision: number, bytes?: number) => ({
  key,
  revision: toRevision(revision),
  entry:
    bytes === undefined
      ? undefined
      : { key, value: new Uint8Array(bytes), revision: toRevision(revision), created: toRevision(revision) },
});

it('the newest write to a key is what the next one is checked against, until it is settled', () => {
  const queue = new WriteQueue({ maxWaiting: 10, maxWaitingBytes: 100 });
  const first = queue.add(write('/a', 2, 1));
  const second = queue.add(write('/a', 3));
  queue.settle(first);
  expect(queue.newest('/a')).toBe(second);
  queue.settle(second);
  expect(queue.newest('/a')).toBeUndefined();
});

it('writes are taken in order, and take room until they are settled', () => {
  const queue = new WriteQueue({ maxWaiting: 3, maxWaitingBytes: 1_000 });
  const writes = [queue.add(write('/a', 2, 1)), queue.add(write('/b', 3, 1)), queue.add(write('/c', 4, 1))];
  expect(queue.take(2)).toEqual(writes.slice(0, 2));
  expect(queue.hasQueued).toBe(true);
  expect(() => queue.checkRoom(1)).toThrow('3 writes');
  for (const taken of writes.slice(0, 2)) queue.settle(taken);
  queue.checkRoom(1);
});
