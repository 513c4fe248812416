import { FakeClock } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { FlowControl } from './flow-control.js';
import { PAUSE_ABOVE } from './limits.js';

function setting(options: { pending?: boolean } = {}) {
  const clock = new FakeClock();
  const done: string[] = [];
  const flow = new FlowControl(
    {
      say: (type) => done.push(type),
      go: () => done.push('go'),
      probe: () => {
        if (options.pending !== false) done.push('probe');
        return options.pending !== false;
      },
    },
    clock,
  );
  return { clock, done, flow };
}

describe('flow control', () => {
  it('says PAUSE when too much is unread, once, and RESUME when little is', () => {
    const { flow, done } = setting();
    flow.received(PAUSE_ABOVE, false);
    flow.received(PAUSE_ABOVE + 1, false);
    flow.received(PAUSE_ABOVE + 2, false);
    flow.drained();
    flow.drained();
    expect(done).toEqual(['pause', 'resume']);
  });

  it('says PAUSE early when the session holds too much', () => {
    const { flow, done } = setting();
    flow.received(300_000, true);
    expect(done).toEqual(['pause']);
  });

  it('says PAUSE again to a far side that goes on, and to one that has said RESUME meanwhile', () => {
    const { flow, done } = setting();
    flow.received(PAUSE_ABOVE + 1, false);
    flow.received(PAUSE_ABOVE + 600_000, false);
    flow.resume();
    flow.received(PAUSE_ABOVE + 600_001, false);
    expect(done).toEqual(['pause', 'pause', 'pause']);
  });

  it('waits as long as the far side wants after a first PAUSE', async () => {
    const { flow, done, clock } = setting();
    flow.pause();
    await clock.advance(3_600_000);
    expect([flow.paused, done]).toEqual([true, []]);
    flow.resume();
    expect([flow.paused, done]).toEqual([false, ['go']]);
  });

  it('takes its own RESUME for the end of its waiting, as upstream forgets that it said PAUSE', () => {
    const { flow, done } = setting();
    flow.received(PAUSE_ABOVE + 1, false);
    flow.pause();
    flow.drained();
    expect([flow.paused, done]).toEqual([false, ['pause', 'resume', 'go']]);
  });

  it('wakes a writer of upstream that its own RESUME has left asleep', async () => {
    const { flow, done, clock } = setting();
    flow.pause();
    flow.resume();
    await clock.advance(1_000);
    expect(done).toEqual(['go', 'resume']);
  });

  it('asks about a pause that may have crossed a RESUME, and goes on when there is no answer', async () => {
    const { flow, done, clock } = setting();
    flow.pause();
    flow.resume();
    flow.pause();
    await clock.advance(7_000);
    expect([flow.paused, done]).toEqual([false, ['go', 'resume', 'probe', 'go']]);
  });

  it('asks less and less often a far side that answers PAUSE', async () => {
    const clock = new FakeClock();
    const probes: number[] = [];
    const flow: FlowControl = new FlowControl(
      {
        say: () => undefined,
        go: () => undefined,
        probe: () => {
          probes.push(clock.now() / 1000);
          queueMicrotask(() => flow.pause());
          return true;
        },
      },
      clock,
    );
    flow.pause();
    flow.resume();
    flow.pause();
    await clock.advance(200_000);
    expect([flow.paused, probes]).toEqual([true, [6, 17, 38, 79, 140]]);
  });

  it('has nothing to ask when nothing waits to be sent', async () => {
    const { flow, done, clock } = setting({ pending: false });
    flow.pause();
    flow.resume();
    flow.pause();
    await clock.advance(6_000);
    expect([flow.paused, done]).toEqual([false, ['go', 'resume', 'go']]);
  });
});
