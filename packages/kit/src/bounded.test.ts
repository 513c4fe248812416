import { expect, it } from 'vitest';
import { Bounded } from './bounded.js';

it('gives back in order what it took, and takes nothing when full', () => {
  const queue = new Bounded<number>(2);
  expect([queue.offer(1), queue.offer(2), queue.offer(3)]).toEqual([true, true, false]);
  expect([queue.take(), queue.take(), queue.take()]).toEqual([1, 2, undefined]);
});

it('keeps its order and size through many turns', () => {
  const queue = new Bounded<number>(3_000);
  let next = 0;
  for (let turn = 0; turn < 10_000; turn++) {
    queue.offer(turn);
    if (turn % 2 === 1) expect(queue.take()).toBe(next++);
    if (queue.size === queue.capacity) break;
  }
  expect(queue.size).toBe(3_000);
});
