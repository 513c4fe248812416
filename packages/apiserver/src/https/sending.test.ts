import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventStream } from '../registry/event-stream.js';
import { STALL_MS, sendBody } from './sending.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** A connection whose reader takes nothing. */
const stalled = (): Writable => new Writable({ highWaterMark: 10, write: () => {} });
const piece = Buffer.alloc(100);

describe('an answer that its reader does not take', () => {
  it('is cut after a minute when it is whole', async () => {
    const answer = stalled();
    await sendBody(piece, answer);
    vi.advanceTimersByTime(STALL_MS - 1);
    expect(answer.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(answer.destroyed).toBe(true);
  });

  it('is cut after a minute when it is a stream', async () => {
    const answer = stalled();
    async function* body(): AsyncGenerator<Uint8Array> {
      for (;;) yield piece;
    }
    const sent = sendBody(body(), answer);
    await new Promise((turn) => setImmediate(turn));
    vi.advanceTimersByTime(STALL_MS);
    await sent;
    expect(answer.destroyed).toBe(true);
  });

  it('is cut a minute after its watch was, for being behind', async () => {
    const answer = stalled();
    const events = new EventStream({ bounds: { lines: 5, bytes: 1000 }, onOverflow: () => {} });
    const sent = sendBody(events, answer);
    await new Promise((turn) => setImmediate(turn));
    for (let line = 0; line < 20; line++) events.push(piece);
    expect([events.ended, answer.destroyed]).toEqual([true, false]);
    vi.advanceTimersByTime(STALL_MS);
    await sent;
    expect(answer.destroyed).toBe(true);
  });

  it('is not cut as long as it is taken', async () => {
    const answer = new PassThrough();
    answer.resume();
    await sendBody(piece, answer);
    await new Promise((turn) => setImmediate(turn));
    vi.advanceTimersByTime(STALL_MS);
    expect(answer.errored).toBe(null);
    expect(vi.getTimerCount()).toBe(0);
  });
});
