import { createLog, FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { type RequestLine, RequestLog } from './request-log.js';

const line: RequestLine = {
  auditId: 'an-id',
  verb: 'GET',
  path: '/api/v1/pods',
  code: 200,
  ms: 5,
  user: 'jane',
  userAgent: 'kubectl',
  from: '127.0.0.1',
};

/** A request log, and what it has written from `level` on. */
function opened(level: 'debug' | 'warn' = 'debug') {
  const clock = new FakeClock(1_000_000);
  const lines: Record<string, unknown>[] = [];
  const log = createLog({ write: (text) => lines.push(JSON.parse(text)), clock, level });
  return { clock, lines, requests: new RequestLog(log, clock) };
}

describe('the request log', () => {
  it('tells each request with its id, who asked, and what came of it', () => {
    const { lines, requests } = opened();
    requests.tell(line, false);
    expect(lines).toEqual([expect.objectContaining({ level: 'debug', message: 'request', ...line })]);
  });

  it.each([
    { what: 'a mistake of ours', code: 500, ms: 5, longRunning: false, level: 'error' },
    { what: 'what is not implemented', code: 501, ms: 5, longRunning: false, level: 'debug' },
    { what: 'a slow request', code: 200, ms: 1000, longRunning: false, level: 'warn' },
    { what: 'a request that ran out of time', code: 504, ms: 60_000, longRunning: false, level: 'warn' },
    { what: 'a watch that was open for long', code: 200, ms: 60_000, longRunning: true, level: 'debug' },
  ])('tells $what as $level', ({ code, ms, longRunning, level }) => {
    const { lines, requests } = opened();
    requests.tell({ ...line, code, ms }, longRunning);
    expect(lines).toEqual([expect.objectContaining({ level, code })]);
  });

  it('cuts what a caller makes too long', () => {
    const { lines, requests } = opened();
    requests.tell({ ...line, path: `/${'p'.repeat(2000)}`, userAgent: 'u'.repeat(2000) }, false);
    expect(lines.map(({ path, userAgent }) => [String(path).length, String(userAgent).length])).toEqual([[512, 512]]);
  });

  it('writes fifty lines about failures in a second, and then how many were left out', () => {
    const { clock, lines, requests } = opened('warn');
    for (let failed = 0; failed < 60; failed += 1) requests.tell({ ...line, code: 500 }, false);
    expect(lines).toHaveLength(50);
    clock.advance(1000);
    requests.tell({ ...line, code: 500 }, false);
    expect(lines.slice(50)).toEqual([
      expect.objectContaining({ message: 'lines about requests were left out', count: 10 }),
      expect.objectContaining({ message: 'request failed' }),
    ]);
  });
});
