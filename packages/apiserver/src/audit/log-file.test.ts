import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, silentLog } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEvent } from './event.js';
import { AuditLogFile } from './log-file.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-audit-'));
});
afterEach(() => rm(directory, { recursive: true }));

const clock = new FakeClock(Date.UTC(2026, 0, 1));
const open = (maxBytes = 1e6, maxBackups = 2): Promise<AuditLogFile> =>
  AuditLogFile.open({ path: join(directory, 'log', 'audit.log'), maxBytes, maxBackups, clock, log: silentLog });
const event = (auditID: string): AuditEvent => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID,
  stage: 'ResponseComplete',
  requestURI: '/',
  verb: 'get',
  user: {},
  requestReceivedTimestamp: '',
  stageTimestamp: '',
});
const ids = async (name: string): Promise<string[]> =>
  (await readFile(join(directory, 'log', name), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).auditID);

describe('an audit log', () => {
  it('holds each event as a line once it is acknowledged, in order, for nobody else to read', async () => {
    await using file = await open();
    expect(await Promise.all(['a', 'b', 'c'].map((id) => file.write(event(id))))).toEqual([true, true, true]);
    expect(await ids('audit.log')).toEqual(['a', 'b', 'c']);
    expect((await stat(join(directory, 'log', 'audit.log'))).mode & 0o777).toBe(0o600);
  });

  it('goes on where it was after a restart', async () => {
    await using first = await open();
    await first.write(event('a'));
    await first[Symbol.asyncDispose]();
    await using second = await open();
    await second.write(event('b'));
    expect(await ids('audit.log')).toEqual(['a', 'b']);
  });

  it('puts a full file aside and keeps the newest of them', async () => {
    await using file = await open(10);
    for (const id of ['a', 'b', 'c', 'd', 'e']) await file.write(event(id));
    const files = (await readdir(join(directory, 'log'))).sort();
    expect(files).toHaveLength(3);
    expect(await Promise.all(files.map((name) => ids(name)))).toEqual([['c'], ['d'], ['e']]);
  });

  it('begins a new file where somebody else has moved the full one', async () => {
    await using file = await open(10);
    await file.write(event('a'));
    await rename(join(directory, 'log', 'audit.log'), join(directory, 'log', 'elsewhere'));
    expect(await file.write(event('b'))).toBe(true);
    expect(await ids('audit.log')).toEqual(['b']);
  });

  it('goes on when a new file can be opened again', async () => {
    await using file = await open(10);
    await file.write(event('a'));
    await rename(join(directory, 'log'), join(directory, 'away'));
    expect(await file.write(event('b'))).toBe(false);
    await rename(join(directory, 'away'), join(directory, 'log'));
    expect(await file.write(event('c'))).toBe(true);
    expect(await ids('audit.log')).toEqual(['c']);
  });

  it('goes on when an old file cannot be deleted', async () => {
    await using file = await open(10, 0);
    await mkdir(join(directory, 'log', 'audit-2025-01-01T00-00-00.000.log'));
    for (const id of ['a', 'b']) expect(await file.write(event(id))).toBe(true);
    expect(await ids('audit.log')).toEqual(['b']);
  });

  it('says that an event was not written instead of failing', async () => {
    const file = await open();
    await file[Symbol.asyncDispose]();
    expect(await file.write(event('a'))).toBe(false);
  });
});
