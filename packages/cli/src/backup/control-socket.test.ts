import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openControlSocket, requestBackup } from './control-socket.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'drover-control-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const listen = (backup: () => Promise<Iterable<Uint8Array>>) => openControlSocket(directory, backup, silentLog);

async function received(): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await requestBackup(directory)) ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('the control socket', () => {
  it('gives who asks all bytes of a backup, in its own file for its owner alone', async () => {
    await using _server = await listen(async () => [Buffer.from('one '), Buffer.from('two')]);
    expect(await received()).toBe('one two');
    expect(statSync(join(directory, 'control.sock')).mode & 0o777).toBe(0o600);
  });

  it('is nobody’s when no server runs, also when a killed one left its file', async () => {
    expect(await requestBackup(directory)).toBeUndefined();
    writeFileSync(join(directory, 'control.sock'), '');
    expect(await requestBackup(directory)).toBeUndefined();
    await using _server = await listen(async () => [Buffer.from('again')]);
    expect(await received()).toBe('again');
  });

  it('lets who asks know that a backup failed, at its beginning or in its middle', async () => {
    {
      await using _server = await listen(() => Promise.reject(new Error('no')));
      await expect(received()).rejects.toThrow('the server answered 500');
    }
    function* broken(): Generator<Uint8Array, void, undefined> {
      yield Buffer.alloc(1_000_000);
      throw new Error('no more');
    }
    await using _server = await listen(async () => broken());
    await expect(received()).rejects.toThrow();
  });
});
