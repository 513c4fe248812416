import { describe, expect, it } from 'vitest';
import { createLogFile, QemuLog, readLogEnd } from './qemu-log.js';
import { temporaryDirectory } from './testing/fixture.js';

const refuse = (error: unknown): void => {
  throw error;
};

describe('what QEMU says', () => {
  it('is kept, and its end is readable', async () => {
    await using home = await temporaryDirectory();
    await using file = await createLogFile(home.path);
    await file.appendFile('qemu-system-x86_64: terminating on signal 15\n');
    expect(await readLogEnd(home.path)).toBe('qemu-system-x86_64: terminating on signal 15\n');
  });

  it('is cut when it is long, and QEMU goes on at its end', async () => {
    await using home = await temporaryDirectory();
    await using file = await createLogFile(home.path);
    await using _log = await QemuLog.watch(home.path, refuse);
    await file.appendFile(`${'complaint\n'.repeat(10_000)}last\n`);
    while ((await file.stat()).size !== 16 * 1024) await new Promise((settled) => setImmediate(settled));
    await file.appendFile('more\n');
    expect((await readLogEnd(home.path)).endsWith('complaint\nlast\nmore\n')).toBe(true);
  });

  it('is empty of a QEMU that never ran', async () => {
    await using home = await temporaryDirectory();
    expect(await readLogEnd(home.path)).toBe('');
  });
});
