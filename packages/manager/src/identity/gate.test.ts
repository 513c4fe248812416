import { describe, expect, it } from 'vitest';
import { Gate } from './gate.js';

describe('a gate', () => {
  it('lets so many through at a time, so many wait, and turns the rest away at once', async () => {
    const gate = new Gate(1, 1);
    const ends: (() => void)[] = [];
    const work = (name: string) => () => new Promise<string>((end) => ends.push(() => end(name)));
    const first = gate.run('a', work('first'));
    const second = gate.run('a', work('second'));
    expect(await gate.run('a', work('third'))).toBeUndefined();
    ends[0]?.();
    expect(await first).toBe('first');
    ends[1]?.();
    expect(await second).toBe('second');
  });

  it('opens again after work that failed', async () => {
    const gate = new Gate(1, 0);
    await expect(gate.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await gate.run('a', async () => 'next')).toBe('next');
  });
});
