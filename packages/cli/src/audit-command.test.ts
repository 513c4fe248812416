import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@drover/client/testing';
import { Closing, silentLog, systemClock } from '@drover/kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runAudit } from './audit-command.js';
import { readAuditCommandConfig } from './config.js';
import { openManagementAudit } from './management-audit.js';

let closing: Closing;
let dataDir: string;
beforeEach(() => {
  closing = new Closing();
  dataDir = mkdtempSync(join(tmpdir(), 'drover-audit-'));
  mkdirSync(join(dataDir, 'server'));
  closing.defer(() => rmSync(dataDir, { recursive: true }));
});
afterEach(() => closing[Symbol.asyncDispose]());

const event = (user: string, time: string, more: object = {}) => ({
  id: 'a',
  stage: 'answered',
  time,
  user: { id: `u-${user}`, name: user, groups: [] },
  from: '192.0.2.1',
  method: 'DELETE',
  path: '/v3/users/u-x',
  object: { cluster: 'local', resource: 'users' },
  status: 200,
  outcome: 'done',
  ...more,
});
const EVENTS = [
  event('anna', '2030-01-01T00:00:00.000Z'),
  event('ben', '2030-01-01T00:00:01.000Z', { status: 403, outcome: 'refused', reason: 'not yours' }),
  event('anna', '2030-01-01T00:00:02.000Z'),
];

async function printed(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const lines: string[] = [];
  const surroundings = {
    clock: systemClock,
    random: (length: number) => new Uint8Array(length),
    log: silentLog,
    print: (line: string) => void lines.push(line),
    tell: () => {},
    signal: new AbortController().signal,
    self: [],
    version: '0',
  };
  await runAudit(readAuditCommandConfig(args, env), surroundings);
  return lines;
}

async function written(events: readonly object[] = EVENTS): Promise<void> {
  const kept = { level: 1, maxBytes: 300, maxBackups: 9, maxAgeMs: 1e12 } as const;
  const log = await openManagementAudit(kept, join(dataDir, 'server'), { clock: systemClock, log: silentLog, closing });
  for (const each of events) expect(await log.write(JSON.stringify(each))).toBe(true);
}

describe('drover audit', () => {
  it('prints what the log and the logs put aside from it tell, the newest first, a line each', async () => {
    await written();
    expect(await printed(['--data-dir', dataDir])).toEqual([
      '2030-01-01T00:00:02.000Z  anna  192.0.2.1  DELETE /v3/users/u-x  200 done',
      '2030-01-01T00:00:01.000Z  ben  192.0.2.1  DELETE /v3/users/u-x  403 refused: not yours',
      '2030-01-01T00:00:00.000Z  anna  192.0.2.1  DELETE /v3/users/u-x  200 done',
    ]);
  });

  it('prints only what is asked for, as JSON where that is wanted', async () => {
    await written();
    const lines = await printed(['--data-dir', dataDir, '--user', 'anna', '--limit', '1', '--output', 'json']);
    expect(lines.map((line) => JSON.parse(line))).toEqual([EVENTS[2]]);
    expect(await printed(['--data-dir', dataDir, '--outcome', 'refused'])).toHaveLength(1);
    expect(await printed(['--data-dir', dataDir, '--until', '2030-01-01T00:00:01Z'])).toHaveLength(1);
  });

  it('lets nobody write lines of their own into it, or to the terminal, by words that are told', async () => {
    const forged =
      'no kind "x\n2030-01-01T00:00:09.000Z  boss  192.0.2.9  DELETE /v3/users/u-y  200 done\u001b[1A\u202e"';
    await written([event('mallory', '2030-01-01T00:00:00.000Z', { status: 422, outcome: 'refused', reason: forged })]);
    const [line, ...more] = await printed(['--data-dir', dataDir]);
    expect(more).toEqual([]);
    expect(line).toContain(
      '422 refused: no kind "x\\u{a}2030-01-01T00:00:09.000Z  boss  192.0.2.9  DELETE /v3/users/u-y  200 done\\u{1b}[1A\\u{202e}"',
    );
    expect(line).not.toMatch(/\p{C}/u);
  });

  it('asks a server page after page, with the key in a file or a variable', async () => {
    const authority = await createTestAuthority();
    const asked: unknown[] = [];
    const server = createServer(await authority.issue('127.0.0.1'), ({ url, headers }, response) => {
      asked.push([url, headers.authorization]);
      const next = url?.includes('continue') ? {} : { continue: '7.9' };
      response.end(JSON.stringify({ data: [url?.includes('continue') ? EVENTS[0] : EVENTS[2]], pagination: next }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.defer(() => void server.close());
    const [ca, key] = [join(dataDir, 'ca.crt'), join(dataDir, 'key')];
    writeFileSync(ca, authority.ca);
    writeFileSync(key, 'token-a:key\n');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lines = await printed(['--server', url, '--ca-file', ca, '--token-file', key, '--user', 'anna']);
    expect(lines).toHaveLength(2);
    expect(asked).toEqual([
      ['/v1/audit?user=anna&limit=100', 'Bearer token-a:key'],
      ['/v1/audit?user=anna&limit=100&continue=7.9', 'Bearer token-a:key'],
    ]);
  });

  it.each([
    [['--outcome', 'fine'], {}, '--outcome: "fine" is no outcome'],
    [['--from', 'monday'], {}, '--from: "monday" is no time'],
    [['--limit', '0'], {}, '--limit: "0" is no number of events from 1 to 100000'],
    [['--output', 'xml'], {}, '--output: "xml" is not a form'],
    [['--server', 'https://127.0.0.1:1'], {}, '--server: give --token-file, or the variable DROVER_TOKEN'],
    [['--data-dir', '/nowhere'], {}, '--data-dir: /nowhere holds no server'],
  ])('refuses %j in a sentence', async (args, env, sentence) => {
    await expect(printed(['--data-dir', dataDir, ...args], env)).rejects.toThrow(sentence);
  });
});
