import { describe, expect, it } from 'vitest';
import { deal, FairQueues, type Place } from './fair-queues.js';

const always = (): boolean => true;
const layout = { queues: 64, handSize: 6, queueLengthLimit: 50 };

describe('the hand of a flow', () => {
  it('is the same each time, of different queues, and rarely that of another flow', () => {
    const hands = Array.from({ length: 200 }, (_, index) => deal(`global-default/user-${index}`, layout));
    expect(deal('global-default/user-7', layout)).toEqual(hands[7]);
    expect(hands.every((hand) => new Set(hand).size === 6 && hand.every((queue) => queue >= 0 && queue < 64))).toBe(
      true,
    );
    const same = new Set(hands.map((hand) => [...hand].sort().join()));
    expect(same.size).toBe(200);
    const used = new Set(hands.flat());
    expect(used.size).toBe(64);
  });
});

describe('fair queues', () => {
  /** Lets the next ones begin, each for `ms` milliseconds, one after another. */
  const served = (queues: FairQueues<string>, count: number, ms = 3): string[] =>
    Array.from({ length: count }, () => {
      const { item, place } = queues.take(always) as { item: string; place: Place };
      queues.end(place, ms);
      return item;
    });

  it('let two flows take turns, whichever has asked more', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    for (let count = 0; count < 40; count++) queues.offer('greedy', 'greedy');
    for (let count = 0; count < 5; count++) queues.offer('modest', 'modest');
    expect(served(queues, 10).filter((flow) => flow === 'modest')).toHaveLength(5);
  });

  it('let a flow that comes late begin next, though another has waited long', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    for (let count = 0; count < 40; count++) queues.offer('greedy', 'greedy');
    served(queues, 20);
    queues.offer('modest', 'modest');
    expect(served(queues, 2)).toContain('modest');
  });

  it('count what a request took, not that it was one', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    for (let count = 0; count < 20; count++) {
      queues.offer('slow', 'slow');
      queues.offer('quick', 'quick');
    }
    const order = Array.from({ length: 22 }, () => {
      const { item, place } = queues.take(always) as { item: string; place: Place };
      queues.end(place, item === 'slow' ? 100 : 10);
      return item;
    });
    expect(order.filter((flow) => flow === 'slow')).toHaveLength(2);
  });

  it('count a request for each of its seats', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    for (let count = 0; count < 20; count++) {
      queues.offer('wide', 'wide', 10);
      queues.offer('narrow', 'narrow');
    }
    expect(served(queues, 22).filter((flow) => flow === 'wide')).toHaveLength(2);
  });

  it('let nobody overtake the one whose turn it is, though there are not the seats it needs', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    queues.offer('wide', 'wide', 10);
    queues.offer('narrow', 'narrow');
    expect(queues.take((seats) => seats < 10)).toBeUndefined();
    expect(queues.take(always)?.item).toBe('wide');
  });

  it('give nothing for not having asked', () => {
    const queues = new FairQueues<string>({ ...layout, handSize: 1 });
    for (let count = 0; count < 40; count++) queues.offer('busy', 'busy');
    served(queues, 20);
    for (let count = 0; count < 20; count++) queues.offer('idle', 'idle');
    expect(served(queues, 10).filter((flow) => flow === 'busy').length).toBeGreaterThanOrEqual(4);
  });

  it('take no more than a queue holds, in the shortest of a flow’s queues', () => {
    const queues = new FairQueues<string>({ queues: 8, handSize: 2, queueLengthLimit: 3 });
    const places = Array.from({ length: 7 }, () => queues.offer('flow', 'flow'));
    expect(places.map((place) => place !== undefined)).toEqual([true, true, true, true, true, true, false]);
    expect(new Set(places.slice(0, 2).map((place) => place?.queue)).size).toBe(2);
    expect(queues.size).toBe(6);
  });

  it('forget who leaves', () => {
    const queues = new FairQueues<string>(layout);
    const place = queues.offer('flow', 'a') as Place;
    queues.leave(place, 'a');
    queues.leave(place, 'a');
    expect([queues.size, queues.take(always)]).toEqual([0, undefined]);
  });
});
