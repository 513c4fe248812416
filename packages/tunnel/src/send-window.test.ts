import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { SendWindow } from './send-window.js';

const KIB = 1024;

function setting() {
  const clock = new FakeClock(1_000_000);
  let opened = 0;
  const window = new SendWindow(clock, () => {
    opened += 1;
  });
  /** Sends until the window is closed, marks where they are due, and answers all marks after `ms`. */
  const round = async (ms: number): Promise<number> => {
    let marks = 0;
    let sent = 0;
    while (window.open && sent < 64 * 1024 * KIB) {
      sent += 32 * KIB;
      if (window.sent(32 * KIB)) {
        window.mark();
        marks += 1;
      }
    }
    await clock.advance(ms);
    for (; marks > 0; marks -= 1) window.acknowledged();
    return sent;
  };
  return { clock, window, round, opened: () => opened };
}

describe('a send window', () => {
  it('closes when as much is on its way as it holds, and opens when that has arrived', async () => {
    const { window, round, opened } = setting();
    expect(await round(1)).toBe(1024 * KIB);
    expect([window.open, opened()]).toEqual([true, 8]);
  });

  it('grows to what a long way holds while nothing queues', async () => {
    const { round } = setting();
    const rounds: number[] = [];
    for (let count = 0; count < 80; count += 1) rounds.push((await round(120)) / KIB);
    expect(rounds.at(-1)).toBe(16 * 1024);
  });

  it('shrinks when a queue builds up, but never so far that it would starve', async () => {
    const { round } = setting();
    await round(1);
    for (let count = 0; count < 40; count += 1) await round(50);
    expect(await round(50)).toBe(256 * KIB);
  });

  it('asks for no marks for little data', () => {
    const { window } = setting();
    expect(window.sent(10 * KIB)).toBe(false);
  });

  it('gives up on a far side that answers no pings', async () => {
    const { clock, window, opened } = setting();
    while (window.open) if (window.sent(32 * KIB)) window.mark();
    await clock.advance(10_000);
    expect([window.open, opened()]).toEqual([true, 1]);
    expect(window.sent(10_000 * KIB)).toBe(false);
  });

  it('takes no harm from answers to pings that it did not send', () => {
    const { window } = setting();
    window.acknowledged();
    expect(window.open).toBe(true);
  });
});
