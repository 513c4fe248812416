import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLogFile } from './log-file.js';
import { type LogLine, logLinesBackwards } from './log-lines.js';

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-audit-'));
  path = join(directory, 'audit.log');
});
afterEach(() => rm(directory, { recursive: true }));

const open = (maxBytes = 1e6): Promise<AuditLogFile> =>
  AuditLogFile.open({ path, maxBytes, maxBackups: 9, maxAgeMs: 1e9, clock: new FakeClock(), log: silentLog });

async function take(count: number, after?: LogLine): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const line of logLinesBackwards(path, after?.place)) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

describe('a log read backwards', () => {
  it('begins with its newest line and goes on into what was put aside', async () => {
    await using file = await open(4);
    for (const line of ['a', 'b', 'c', 'd', 'e']) await file.deliver([line]);
    expect(texts(await take(9))).toEqual(['e', 'd', 'c', 'b', 'a']);
  });

  it('is paged: each line says where to go on, also after more was written and the file was put aside', async () => {
    await using file = await open(8);
    for (const line of ['a', 'b', 'c']) await file.deliver([line]);
    const first = await take(1);
    for (const line of ['d', 'e', 'f']) await file.deliver([line]);
    expect(texts([...first, ...(await take(9, first[0]))])).toEqual(['c', 'b', 'a']);
  });

  it('ends where its place is in a file that is no more', async () => {
    await writeFile(path, 'a\nb\n');
    expect(await take(9, { text: '', place: { file: '0', before: 4 } })).toEqual([]);
  });

  it('has lines longer than what is read at a time whole, and whole ones only', async () => {
    const [long, longer] = ['x'.repeat(70_000), 'y'.repeat(200_000)];
    await writeFile(path, `first\n${long}\n\n${longer}\nlast\nhalf a li`);
    expect(texts(await take(9))).toEqual(['last', longer, long, 'first']);
  });

  it('has no lines where there is no log', async () => {
    expect(await take(9)).toEqual([]);
  });
});

it('a line after half of one, left by a process that was killed, is a line of its own', async () => {
  await writeFile(path, 'whole\nhal');
  await using file = await open();
  await file.deliver(['next']);
  await appendFile(path, '');
  expect(texts(await take(9))).toEqual(['next', 'hal', 'whole']);
});
