import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditEvent } from '../testing/audit-event.js';
import { type BatchOptions, BatchSink } from './batch-sink.js';

let clock: FakeClock;
let batches: string[];
let answer: Promise<boolean>;
beforeEach(() => {
  clock = new FakeClock();
  batches = [];
  answer = Promise.resolve(true);
});

const open = (options: Partial<BatchOptions> = {}): BatchSink =>
  new BatchSink(
    'webhook',
    {
      deliver: async (lines) => {
        batches.push(lines.map((line) => JSON.parse(line).auditID).join(''));
        return answer;
      },
    },
    { bufferSize: 10, maxSize: 3, maxWaitMs: 1000, ...options },
    clock,
  );
const write = (sink: BatchSink, ids: string): Promise<boolean[]> =>
  Promise.all([...ids].map((id) => sink.write(auditEvent(id))));

describe('a batch of audit events', () => {
  it('goes when it is full, and the rest when it has waited long enough, in their order', async () => {
    await using sink = open();
    expect(await write(sink, 'abcde')).toEqual([true, true, true, true, true]);
    await clock.advance(0);
    await clock.advance(999);
    expect(batches).toEqual(['abc']);
    await clock.advance(1);
    expect(batches).toEqual(['abc', 'de']);
  });

  it('goes at once where nothing is to be waited for', async () => {
    await using sink = open({ maxWaitMs: 0 });
    await write(sink, 'a');
    await clock.advance(0);
    expect(batches).toEqual(['a']);
  });

  it('does not take more than is to wait: the next is refused', async () => {
    await using sink = open({ bufferSize: 2 });
    expect(await write(sink, 'abc')).toEqual([true, true, false]);
  });

  it('takes no more than fits into memory, and goes in pieces of some megabytes', async () => {
    await using sink = open({ bufferSize: 1000, maxSize: 400 });
    const large = { ...auditEvent('a'), requestObject: 'x'.repeat(1024 * 1024) };
    const taken = await Promise.all(Array.from({ length: 70 }, () => sink.write(large)));
    expect(taken.filter((one) => one)).toHaveLength(63);
    await clock.advance(0);
    expect(batches).toHaveLength(20);
    await clock.advance(1000);
    expect(new Set(batches)).toEqual(new Set(['aaa']));
  });

  it('that is not delivered is lost, and counted', async () => {
    await using sink = open();
    answer = Promise.resolve(false);
    await write(sink, 'abc');
    await clock.advance(0);
    expect(sink.lost).toBe(3);
  });

  it('goes no faster than the receiver is to be asked', async () => {
    await using sink = open({ maxSize: 1, throttle: { qps: 1, burst: 2 } });
    await write(sink, 'abcd');
    await clock.advance(0);
    expect(batches).toEqual(['a', 'b']);
    await clock.advance(1000);
    expect(batches).toEqual(['a', 'b', 'c']);
    await clock.advance(1000);
    expect(batches).toEqual(['a', 'b', 'c', 'd']);
  });

  it('that still waits goes when the sink closes; later events are refused', async () => {
    const sink = open({ throttle: { qps: 1, burst: 1 } });
    await write(sink, 'abcde');
    await sink[Symbol.asyncDispose]();
    expect([batches, await sink.write(auditEvent('f')), sink.lost]).toEqual([['abc', 'de'], false, 0]);
  });

  it('is waited for no longer than ten seconds when the sink closes and the receiver says nothing', async () => {
    const sink = open();
    answer = new Promise(() => {});
    await write(sink, 'abcde');
    let closed = false;
    const closing = sink[Symbol.asyncDispose]().then(() => {
      closed = true;
    });
    await clock.advance(9_999);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(batches).toEqual(['abc']);
  });
});
