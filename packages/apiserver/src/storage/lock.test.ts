import { describe, expect, it } from 'vitest';
import { KeyLock } from './lock.js';

describe('a key lock', () => {
  it('runs the work on one key in order, also after a failure', async () => {
    const lock = new KeyLock();
    const order: number[] = [];
    const failing = lock.run('a', async () => {
      order.push(1);
      throw new Error('no');
    });
    const next = lock.run('a', async () => order.push(2));
    await expect(failing).rejects.toThrow('no');
    await next;
    expect(order).toEqual([1, 2]);
    expect(lock.size).toBe(0);
  });

  it('lets other keys pass', async () => {
    const lock = new KeyLock();
    let resolve = (): void => {};
    const promise = new Promise<void>((done) => {
      resolve = done;
    });
    const held = lock.run('a', () => promise);
    await lock.run('b', async () => {});
    resolve();
    await held;
  });
});
