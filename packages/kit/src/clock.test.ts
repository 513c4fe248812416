import { describe, expect, it } from 'vitest';
import { FakeClock, systemClock } from './clock.js';

describe('a fake clock', () => {
  it('rings what is due, in order, and nothing later', async () => {
    const clock = new FakeClock();
    const rung: number[] = [];
    clock.after(20, () => rung.push(clock.now()));
    clock.after(10, () => rung.push(clock.now()));
    clock.after(31, () => rung.push(clock.now()));
    await clock.advance(30);
    expect(rung).toEqual([10, 20]);
    expect(clock.now()).toBe(30);
  });

  it('rings alarms that alarms set, when they fall due in the same advance', async () => {
    const clock = new FakeClock();
    const rung: number[] = [];
    clock.after(10, () => clock.after(10, () => rung.push(clock.now())));
    await clock.advance(30);
    expect(rung).toEqual([20]);
  });

  it('forgets an alarm that was disposed', async () => {
    const clock = new FakeClock();
    clock.after(1, () => expect.unreachable())[Symbol.dispose]();
    await clock.advance(10);
    expect(clock.waiting).toBe(0);
  });
});

describe.each([
  ['the system clock', systemClock],
  ['a fake clock', new FakeClock()],
])('sleep on %s', (_name, clock) => {
  it('ends at once with the reason of an aborted signal, and leaves no timer', async () => {
    const controller = new AbortController();
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    if (clock instanceof FakeClock) expect(clock.waiting).toBe(0);
  });
});
