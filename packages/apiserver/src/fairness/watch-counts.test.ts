import { describe, expect, it } from 'vitest';
import { WatchCounts } from './watch-counts.js';

describe('the number of watches', () => {
  it('counts each until its caller leaves', () => {
    const counts = new WatchCounts();
    const callers = [new AbortController(), new AbortController()];
    for (const { signal } of callers) counts.add('/configmaps/', signal);
    expect(counts.of('/configmaps/')).toBe(2);
    for (const caller of callers) caller.abort();
    expect(counts.of('/configmaps/')).toBe(0);
  });

  it('does not count a caller that left before its watch began', () => {
    const counts = new WatchCounts();
    counts.add('/configmaps/', AbortSignal.abort());
    expect(counts.of('/configmaps/')).toBe(0);
  });
});
