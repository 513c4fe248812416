import { expect, it } from 'vitest';
import { Closing } from './closing.js';

const open = (closed: string[], name: string): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    closed.push(name);
  },
});

it('closes last opened first, once, also past a step that fails', async () => {
  const closed: string[] = [];
  const closing = new Closing();
  closing.use(open(closed, 'store'));
  closing.defer(() => Promise.reject(new Error('stuck')));
  closing.use(open(closed, 'server'));
  await expect(closing[Symbol.asyncDispose]()).rejects.toThrow('stuck');
  await closing[Symbol.asyncDispose]();
  expect(closed).toEqual(['server', 'store']);
});

it('closes nothing that has been moved to another owner', async () => {
  const closed: string[] = [];
  const closing = new Closing();
  closing.use(open(closed, 'store'));
  const heir = closing.move();
  await closing[Symbol.asyncDispose]();
  expect(closed).toEqual([]);
  await heir[Symbol.asyncDispose]();
  expect(closed).toEqual(['store']);
});
