import { FakeClock } from '@drover/kit';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LevelObserver, type LevelRules, PriorityLevel, type Seat, WAIT_MS } from './priority-level.js';
import { hasSeats, type SeatShare } from './seats.js';

let clock: FakeClock;
let told: string[];
let lengths: number[];
beforeEach(() => {
  clock = new FakeClock();
  told = [];
  lengths = [];
});

const observer: LevelObserver = {
  enqueued: (length) => lengths.push(length),
  waiting: () => {},
  begun: () => {},
  ended: () => {},
  seats: () => {},
  waited: (ms, begun) => told.push(`${begun ? 'begun' : 'refused'} after ${ms}`),
  rejected: (reason) => told.push(reason),
};
const share = (nominal: number, lendable = 0, borrowing = 0): SeatShare => ({ nominal, lendable, borrowing });
const rules = (seats: SeatShare | undefined, queueLengthLimit?: number): LevelRules => ({
  name: 'level',
  uid: undefined,
  share: seats,
  layout: queueLengthLimit === undefined ? undefined : { queues: 8, handSize: 1, queueLengthLimit },
  seatsPerRequest: 4,
});

/** Levels that share a server. */
function levelsOf(...all: LevelRules[]): PriorityLevel[] {
  const levels: PriorityLevel[] = [];
  const dispatch = (): void => {
    for (const level of levels) level.dispatch();
  };
  for (const one of all)
    levels.push(new PriorityLevel(one, (asking, seats) => hasSeats(asking, seats, levels), dispatch, clock));
  return levels;
}
const nobodyLeaves = { signal: new AbortController().signal };
const enter = (level: PriorityLevel, flow = 'flow', until = new AbortController().signal): Seat | Promise<Seat> =>
  level.enter(flow, observer, { signal: until });
const now = (level: PriorityLevel, flow?: string): Seat => {
  const seat = enter(level, flow);
  if (seat instanceof Promise) throw new Error('the request has to wait');
  return seat;
};

describe('a priority level', () => {
  it('lets as many begin as it has seats, and the next when one ends', async () => {
    const [level] = levelsOf(rules(share(2), 10)) as [PriorityLevel];
    const first = now(level);
    now(level);
    const third = enter(level);
    expect([third instanceof Promise, level.waiting]).toEqual([true, 1]);
    await clock.advance(20);
    first.leave();
    first.leave();
    await third;
    expect([level.seatsInUse, level.waiting, told]).toEqual([2, 0, ['begun after 20']]);
  });

  it('gives a request as many seats as its work needs, and keeps them for as long as that goes on', async () => {
    const [level] = levelsOf(rules(share(4), 10)) as [PriorityLevel];
    const wide = level.enter('flow', observer, nobodyLeaves, { seats: 3, lingerMs: 5 }) as Seat;
    now(level);
    const waiting = enter(level);
    expect([level.seatsInUse, level.waiting, lengths]).toEqual([4, 1, [1]]);
    wide.leave();
    await clock.advance(4);
    expect([level.seatsInUse, level.waiting]).toEqual([4, 1]);
    await clock.advance(1);
    await waiting;
    expect([level.seatsInUse, level.waiting]).toEqual([2, 0]);
  });

  it('gives no request more than several of its kind find room for', () => {
    const [level] = levelsOf(rules(share(8), 10)) as [PriorityLevel];
    level.enter('flow', observer, nobodyLeaves, { seats: 10, lingerMs: 0 });
    expect(level.seatsInUse).toBe(4);
  });

  it('lets one that needs many seats borrow them only when as many are lent', () => {
    const [rich, poor] = levelsOf(rules(share(4, 2), 10), rules(share(1, 0, 10), 10)) as [PriorityLevel, PriorityLevel];
    const work = { seats: 3, lingerMs: 0 };
    const first = poor.enter('flow', observer, nobodyLeaves, work);
    expect(first instanceof Promise).toBe(false);
    (first as Seat).leave();
    for (let count = 0; count < 3; count++) now(rich);
    expect(poor.enter('flow', observer, nobodyLeaves, work) instanceof Promise).toBe(true);
  });

  it('refuses, with a time to come again, what finds its queue full', async () => {
    const [level] = levelsOf(rules(share(1), 1)) as [PriorityLevel];
    now(level);
    void enter(level);
    await expect(enter(level)).rejects.toMatchObject({
      reason: 'TooManyRequests',
      code: 429,
      details: { retryAfterSeconds: 1 },
      message: 'Too many requests, please try again later.',
    });
    expect(told).toEqual(['queue-full']);
  });

  it('refuses at once where it has no queues', () => {
    const [level] = levelsOf(rules(share(1))) as [PriorityLevel];
    now(level);
    expect(() => enter(level)).toThrow('Too many requests');
    expect(told).toEqual(['concurrency-limit']);
  });

  it('refuses who has waited too long', async () => {
    const [level] = levelsOf(rules(share(1), 10)) as [PriorityLevel];
    now(level);
    const waiting = expect(enter(level)).rejects.toMatchObject({ code: 429 });
    await clock.advance(WAIT_MS);
    await waiting;
    expect([told, level.waiting]).toEqual([['refused after 15000', 'time-out'], 0]);
  });

  it('forgets who goes away while waiting', async () => {
    const [level] = levelsOf(rules(share(1), 10)) as [PriorityLevel];
    now(level);
    const caller = new AbortController();
    const waiting = expect(enter(level, 'flow', caller.signal)).rejects.toMatchObject({ code: 429 });
    caller.abort();
    await waiting;
    expect([level.waiting, clock.waiting]).toEqual([0, 0]);
  });

  it('lets those begin who stood behind one that needed more seats, once that goes away', async () => {
    const [level] = levelsOf(rules(share(2), 10)) as [PriorityLevel];
    now(level);
    const caller = new AbortController();
    const wide = level.enter('flow', observer, caller, { seats: 2, lingerMs: 0 });
    const gone = expect(wide).rejects.toMatchObject({ code: 429 });
    const narrow = enter(level);
    expect(level.waiting).toBe(2);
    caller.abort();
    await gone;
    await narrow;
    expect([level.seatsInUse, level.waiting]).toEqual([2, 0]);
  });

  it('takes up another layout of its queues once nobody waits', async () => {
    const [level] = levelsOf(rules(share(1), 10)) as [PriorityLevel];
    const first = now(level);
    const second = enter(level);
    level.change(rules(share(1), 1));
    level.change(rules(share(1), 1));
    first.leave();
    await second;
    const third = enter(level);
    await expect(enter(level)).rejects.toMatchObject({ code: 429 });
    (await second).leave();
    await third;
  });

  it('knows no limit when it is exempt', () => {
    const [level] = levelsOf(rules(undefined)) as [PriorityLevel];
    expect(Array.from({ length: 10_000 }, () => now(level))).toHaveLength(10_000);
  });

  it('borrows what another lends and does not use, and gives it back first', async () => {
    const [rich, poor] = levelsOf(rules(share(4, 2), 10), rules(share(1, 0, 10), 10)) as [PriorityLevel, PriorityLevel];
    const seats = [now(poor), now(poor), now(poor)];
    const waiting = enter(poor);
    expect([poor.seatsInUse, poor.waiting]).toEqual([3, 1]);
    for (let count = 0; count < 4; count++) now(rich);
    seats[0]?.leave();
    expect([poor.seatsInUse, poor.waiting]).toEqual([2, 1]);
    seats[1]?.leave();
    seats[2]?.leave();
    await waiting;
    expect([poor.seatsInUse, poor.waiting]).toEqual([1, 0]);
  });

  it('borrows no more than it may', () => {
    const [, poor] = levelsOf(rules(share(10, 10), 10), rules(share(1, 0, 2), 10)) as [PriorityLevel, PriorityLevel];
    const seats = Array.from({ length: 5 }, () => enter(poor));
    expect(seats.filter((seat) => !(seat instanceof Promise))).toHaveLength(3);
  });
});

describe('a user who asks a thousand times a second', () => {
  /** A server that works on each request for 10 ms, four at a time: 400 requests a second. */
  async function latencies(greedyPerMs: number): Promise<number[]> {
    const [level] = levelsOf(rules(share(4), 50)) as [PriorityLevel];
    const took: number[] = [];
    const ask = async (user: string, note: (ms: number) => void): Promise<void> => {
      const since = clock.now();
      const seat = await enter(level, user);
      await clock.sleep(10);
      seat.leave();
      note(clock.now() - since);
    };
    for (let ms = 0; ms < 500; ms++) {
      for (let count = 0; count < greedyPerMs; count++) ask('greedy', () => {}).catch(() => {});
      if (ms % 47 === 0) void ask('modest', (time) => took.push(time));
      await clock.advance(1);
    }
    await clock.advance(200);
    return took;
  }

  it('makes another wait for no longer than one of his requests takes', async () => {
    const alone = await latencies(0);
    const beside = await latencies(1);
    expect([alone.length, beside.length]).toEqual([11, 11]);
    expect(Math.max(...beside)).toBeLessThanOrEqual(Math.max(...alone) + 10);
    expect(told).toContain('queue-full');
  });
});
