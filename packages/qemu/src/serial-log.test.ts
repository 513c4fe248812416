import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SerialLog } from './serial-log.js';
import { temporaryDirectory } from './testing/fixture.js';

const refuse = (error: unknown): void => {
  throw error;
};

describe('the serial history on disk', () => {
  it('is there again after a restart, up to its capacity', async () => {
    await using home = await temporaryDirectory();
    for (const text of ['one\n', 'two\n', 'three\n', 'four\n']) {
      const { log } = await SerialLog.open(home.path, 10, refuse);
      log.append(Buffer.from(text));
      await log[Symbol.asyncDispose]();
    }
    const { log, history } = await SerialLog.open(home.path, 10, refuse);
    await log[Symbol.asyncDispose]();
    expect(String(history)).toBe('hree\nfour\n'.slice(-10));
  });

  it('takes at most twice its capacity, whatever is said', async () => {
    await using home = await temporaryDirectory();
    const { log } = await SerialLog.open(home.path, 1000, refuse);
    for (let written = 0; written < 100; written += 1) {
      log.append(Buffer.alloc(300, 'x'));
      await new Promise((settled) => setImmediate(settled));
    }
    await log[Symbol.asyncDispose]();
    const sizes = ['serial.log', 'serial.log.1'].map(async (name) => (await readFile(join(home.path, name))).length);
    for (const size of await Promise.all(sizes)) expect(size).toBeLessThanOrEqual(1000);
  });

  it('leaves out what comes faster than it can be written, and goes on', async () => {
    await using home = await temporaryDirectory();
    const { log } = await SerialLog.open(home.path, 1000, refuse);
    for (let written = 0; written < 100; written += 1) log.append(Buffer.alloc(300, 'x'));
    await log[Symbol.asyncDispose]();
    expect((await readFile(join(home.path, 'serial.log'))).length).toBeLessThanOrEqual(1000);
  });
});
