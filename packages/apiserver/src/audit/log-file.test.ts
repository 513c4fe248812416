import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditEvent } from '../testing/audit-event.js';
import { AuditLogFile } from './log-file.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-audit-'));
});
afterEach(() => rm(directory, { recursive: true }));

const DAY = 24 * 60 * 60 * 1000;
const clock = new FakeClock(Date.UTC(2026, 0, 1));
const open = (maxBytes = 1e6, maxBackups = 2, maxAgeMs = DAY): Promise<AuditLogFile> => {
  const path = join(directory, 'log', 'audit.log');
  return AuditLogFile.open({ path, maxBytes, maxBackups, maxAgeMs, clock, log: silentLog });
};
const write = (file: AuditLogFile, ...ids: readonly string[]): Promise<boolean> =>
  file.deliver(ids.map((id) => JSON.stringify(auditEvent(id))));
const ids = async (name: string): Promise<string[]> =>
  (await readFile(join(directory, 'log', name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).auditID);

describe('an audit log', () => {
  it('holds each event as a line once it is acknowledged, in order, for nobody else to read', async () => {
    await using file = await open();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => write(file, id)))).toEqual([true, true, true]);
    expect(await ids('audit.log')).toEqual(['a', 'b', 'c']);
    expect((await stat(join(directory, 'log', 'audit.log'))).mode & 0o777).toBe(0o600);
  });

  it('goes on where it was after a restart', async () => {
    await using first = await open();
    await write(first, 'a');
    await first[Symbol.asyncDispose]();
    await using second = await open();
    await write(second, 'b');
    expect(await ids('audit.log')).toEqual(['a', 'b']);
  });

  it('puts a full file aside and keeps the newest of them', async () => {
    await using file = await open(10);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await write(file, id);
    const files = (await readdir(join(directory, 'log'))).sort();
    expect(files).toHaveLength(3);
    expect(await Promise.all(files.map((name) => ids(name)))).toEqual([['c'], ['d'], ['e']]);
  });

  it('keeps several events that come together in one file', async () => {
    await using file = await open(10);
    await write(file, 'a', 'b');
    expect(await ids('audit.log')).toEqual(['a', 'b']);
  });

  it('deletes what was put aside longer ago than is to be kept', async () => {
    await using file = await open(10, 100, 1.5 * DAY);
    for (const id of ['a', 'b', 'c']) {
      await write(file, id);
      await clock.advance(DAY);
    }
    await write(file, 'd');
    expect(await readdir(join(directory, 'log'))).toHaveLength(3);
    await clock.advance(5 * DAY);
    await using _again = await open();
    expect(await readdir(join(directory, 'log'))).toEqual(['audit.log']);
  });

  it('begins a new file where somebody else has moved the full one', async () => {
    await using file = await open(10);
    await write(file, 'a');
    await rename(join(directory, 'log', 'audit.log'), join(directory, 'log', 'elsewhere'));
    expect(await write(file, 'b')).toBe(true);
    expect(await ids('audit.log')).toEqual(['b']);
  });

  it('goes on when a new file can be opened again', async () => {
    await using file = await open(10);
    await write(file, 'a');
    await rename(join(directory, 'log'), join(directory, 'away'));
    expect(await write(file, 'b')).toBe(false);
    await rename(join(directory, 'away'), join(directory, 'log'));
    expect(await write(file, 'c')).toBe(true);
    expect(await ids('audit.log')).toEqual(['c']);
  });

  it('goes on when an old file cannot be deleted', async () => {
    await using file = await open(10, 0);
    await mkdir(join(directory, 'log', 'audit-2025-01-01T00-00-00.000.log'));
    for (const id of ['a', 'b']) expect(await write(file, id)).toBe(true);
    expect(await ids('audit.log')).toEqual(['b']);
  });

  it('says that an event was not written when the disk is full', async () => {
    const options = { maxBytes: 1e6, maxBackups: 2, maxAgeMs: DAY, clock, log: silentLog };
    await using file = await AuditLogFile.open({ path: '/dev/full', ...options });
    expect(await write(file, 'a')).toBe(false);
  });

  it('says that an event was not written instead of failing', async () => {
    const file = await open();
    await file[Symbol.asyncDispose]();
    expect(await write(file, 'a')).toBe(false);
  });
});
