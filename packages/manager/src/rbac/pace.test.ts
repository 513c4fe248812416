import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('work that each change asks for', () => {
  const of = async (ms: number): Promise<{ clock: FakeClock; pace: Pace }> => {
    const clock = new FakeClock();
    const pace = new Pace(clock);
    await pace.work('a', () => clock.advance(ms));
    return { clock, pace };
  };

  it('rests four times as long as it took, so that others have their turn', async () => {
    const { clock, pace } = await of(50);
    expect(pace.restOf('a')).toBe(200);
    await clock.advance(200);
    expect(pace.restOf('a')).toBe(0);
  });

  it('rests no longer than a second', async () => expect((await of(5_000)).pace.restOf('a')).toBe(1_000));

  it('does not wait for other work', async () => expect((await of(50)).pace.restOf('b')).toBe(0));
});
