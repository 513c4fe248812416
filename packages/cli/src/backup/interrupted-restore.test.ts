import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endInterruptedRestore } from './interrupted-restore.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'drover-interrupted-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** Makes a directory that holds a state, known by its name. */
function state(directory: string, name: string): void {
  mkdirSync(join(dataDir, directory));
  writeFileSync(join(dataDir, directory, 'state'), name);
}
const served = (): string => readFileSync(join(dataDir, 'server', 'state'), 'utf8');

describe('a restore that was killed', () => {
  it('is brought to its end when the former state has been put aside', async () => {
    state('server.2030-01-01T00-00-00.000Z', 'former');
    state('server.restored', 'restored');
    await endInterruptedRestore(dataDir);
    expect([served(), readdirSync(dataDir).sort()]).toEqual([
      'restored',
      ['server', 'server.2030-01-01T00-00-00.000Z'],
    ]);
  });

  it('has not happened when the former state is where it was', async () => {
    state('server', 'former');
    state('server.restored', 'restored');
    await endInterruptedRestore(dataDir);
    expect([served(), readdirSync(dataDir)]).toEqual(['former', ['server']]);
  });

  it('leaves alone what no restore has made whole', async () => {
    state('server.a1b2.tmp', 'half');
    await endInterruptedRestore(dataDir);
    expect(readdirSync(dataDir)).toEqual(['server.a1b2.tmp']);
  });
});
