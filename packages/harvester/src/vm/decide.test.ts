import { describe, expect, it } from 'vitest';
import { decide, type InstanceState, openRequests, type Situation } from './decide.js';

const instance = (phase: string, isDeleting = false): InstanceState => ({ uid: 'u1', phase, isDeleting });
const situation = (changes: Partial<Situation>): Situation => ({
  strategy: 'Always',
  previous: changes.strategy ?? 'Always',
  requests: [],
  instance: undefined,
  backOffMs: 0,
  ...changes,
});
const start = [{ action: 'Start' }];
const stop = [{ action: 'Stop', uid: 'u1' }];

describe('an instance', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['of an Always machine is started', { strategy: 'Always' }, 'start'],
    [
      'of an Always machine is run again after a shutdown',
      { strategy: 'Always', instance: instance('Succeeded') },
      'stop',
    ],
    ['of an Always machine that runs is left alone', { strategy: 'Always', instance: instance('Running') }, 'nothing'],
    ['of a machine that keeps failing waits', { strategy: 'Always', backOffMs: 5000 }, 'wait'],
    [
      'of a machine that keeps failing starts on request',
      { strategy: 'Manual', backOffMs: 5000, requests: start },
      'start',
    ],
    ['of a new RerunOnFailure machine is started', { strategy: 'RerunOnFailure', previous: undefined }, 'start'],
    ['of a RerunOnFailure machine that was stopped stays stopped', { strategy: 'RerunOnFailure' }, 'nothing'],
    [
      'of a RerunOnFailure machine that failed runs again',
      { strategy: 'RerunOnFailure', instance: instance('Failed') },
      'stop',
    ],
    [
      'of a RerunOnFailure machine that shut down stays',
      { strategy: 'RerunOnFailure', instance: instance('Succeeded') },
      'nothing',
    ],
    [
      'of a RerunOnFailure machine stops on request',
      { strategy: 'RerunOnFailure', instance: instance('Running'), requests: stop },
      'stop',
    ],
    ['of a Manual machine waits for a request', { strategy: 'Manual' }, 'nothing'],
    ['of a Manual machine starts on request', { strategy: 'Manual', requests: start }, 'start'],
    ['of a Manual machine that failed stays', { strategy: 'Manual', instance: instance('Failed') }, 'nothing'],
    ['of a Once machine runs once', { strategy: 'Once', previous: undefined }, 'start'],
    ['of a Once machine that ended stays', { strategy: 'Once', instance: instance('Succeeded') }, 'nothing'],
    ['of a Halted machine is removed', { strategy: 'Halted', instance: instance('Running') }, 'stop'],
    ['of a Halted machine is not started', { strategy: 'Halted', requests: start }, 'nothing'],
    [
      'that is going is left to go',
      { strategy: 'Always', instance: instance('Running', true), requests: stop },
      'nothing',
    ],
    [
      'of another uid is not stopped by a request',
      { strategy: 'Manual', instance: instance('Running'), requests: [{ action: 'Stop', uid: 'other' }] },
      'nothing',
    ],
  ])('%s', (_, changes, expected) => {
    expect(decide(situation(changes)).do).toBe(expected);
  });

  it('stops within the grace period its request names', () => {
    const requests = [{ action: 'Stop', uid: 'u1', data: { gracePeriodSeconds: '0' } }];
    expect(decide(situation({ strategy: 'Manual', instance: instance('Running'), requests }))).toEqual({
      do: 'stop',
      graceSeconds: 0,
    });
  });
});

describe('a request to change state', () => {
  it('stays open until the world is as asked', () => {
    const restart = [...stop, ...start];
    expect(openRequests(restart, instance('Running'))).toEqual(restart);
    expect(openRequests(restart, instance('Running', true))).toEqual(restart);
    expect(openRequests(restart, undefined)).toEqual(start);
    expect(openRequests(start, { ...instance('Pending'), uid: 'u2' })).toEqual([]);
    expect(openRequests(start, instance('Failed'))).toEqual(start);
  });
});
