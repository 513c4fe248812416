import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

const taken = (queue: FairQueue<string>): string[] => {
  const all: string[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) all.push(item);
  return all;
};

describe('a fair queue', () => {
  it('serves those who wait in turn, however often each of them asks', () => {
    const queue = new FairQueue<string>(10);
    for (const item of ['a1', 'a2', 'a3']) queue.offer('a', item);
    queue.offer('b', 'b1');
    expect(taken(queue)).toEqual(['a1', 'b1', 'a2', 'a3']);
  });

  it('that is full has room for whoever has less in it, at the cost of whoever has most', () => {
    const queue = new FairQueue<string>(3);
    for (const item of ['a1', 'a2', 'a3']) expect(queue.offer('a', item)).toBeUndefined();
    expect(queue.offer('a', 'a4')).toBe('a4');
    expect(queue.offer('b', 'b1')).toBe('a3');
    expect(queue.offer('c', 'c1')).toBe('a2');
    expect(queue.offer('d', 'd1')).toBe('d1');
    expect(taken(queue)).toEqual(['a1', 'b1', 'c1']);
  });
});
