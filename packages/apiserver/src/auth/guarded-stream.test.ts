import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { GuardedStream } from './guarded-stream.js';
import { OpenStreams } from './open-streams.js';

const open = (hasRight = () => true) => {
  const clock = new FakeClock();
  const streams = new OpenStreams(clock);
  return { clock, streams, stream: new GuardedStream(streams, hasRight) };
};

describe('a guarded stream', () => {
  it('ends when nobody can say any more whose it is', async () => {
    const { clock, streams, stream } = open(() => {
      throw new Error('the token expired');
    });
    streams.recheck();
    await clock.advance(5000);
    expect(stream.signal.aborted).toBe(true);
  });

  it('ends with its caller, also with one who has left before', () => {
    const { streams, stream } = open();
    stream.endWith(AbortSignal.abort());
    expect(stream.signal.aborted).toBe(true);
    expect(streams.size).toBe(0);
  });

  it('ends when its body is not read to the end', async () => {
    const { streams, stream } = open();
    const body = stream.carrying(
      (async function* () {
        yield Buffer.from('one');
        yield Buffer.from('two');
      })(),
    );
    for await (const _part of body as AsyncIterable<Uint8Array>) break;
    expect(stream.signal.aborted).toBe(true);
    expect(streams.size).toBe(0);
  });

  it('tells of its end who asks after it, too', () => {
    const { stream } = open();
    const told: string[] = [];
    stream.onEnd(() => told.push('before'));
    stream.end();
    stream.end();
    stream.onEnd(() => told.push('after'));
    expect(told).toEqual(['before', 'after']);
  });
});
