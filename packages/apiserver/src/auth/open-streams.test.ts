import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { OpenStreams } from './open-streams.js';

describe('open streams', () => {
  it('are closed within five seconds when their right is gone, and only they', async () => {
    const clock = new FakeClock();
    const streams = new OpenStreams(clock);
    const closed: string[] = [];
    let allowed = true;
    streams.add({ stillAllowed: () => allowed, close: () => closed.push('a') });
    streams.add({ stillAllowed: () => true, close: () => closed.push('b') });
    allowed = false;
    streams.recheck();
    await clock.advance(5000);
    expect(closed).toEqual(['a']);
    expect(streams.size).toBe(1);
  });

  it('are looked at once for many changes', async () => {
    const clock = new FakeClock();
    const streams = new OpenStreams(clock);
    let looked = 0;
    const look = (): boolean => {
      looked += 1;
      return true;
    };
    streams.add({ stillAllowed: look, close: () => {} });
    for (let change = 0; change < 100; change++) streams.recheck();
    await clock.advance(5000);
    expect(looked).toBe(1);
  });

  it('that ended by themselves are forgotten', () => {
    const streams = new OpenStreams(new FakeClock());
    streams.add({ stillAllowed: () => true, close: () => {} })[Symbol.dispose]();
    expect(streams.size).toBe(0);
  });
});
