import { describe, expect, it } from 'vitest';
import { clusterIdFor, parseClusterId, safeConcat } from './cluster-id.js';

describe('a cluster id', () => {
  it.each(['local', 'c-abcde', 'c-m-abcd2345'])('is %s', (text) => expect(parseClusterId(text)).toBe(text));
  it.each(['', 'c-abcdef', 'c-m-abc', 'c-m-abcd2345/..', 'LOCAL', '../local'])('is not %j', (text) => {
    expect(parseClusterId(text)).toBeUndefined();
  });

  it('follows from the uid of what asked for it, so that asking twice makes one cluster', () => {
    expect(clusterIdFor('71cb23a7')).toBe(clusterIdFor('71cb23a7'));
    expect(clusterIdFor('71cb23a7')).not.toBe(clusterIdFor('71cb23a8'));
    expect(parseClusterId(clusterIdFor('71cb23a7'))).toBeDefined();
  });
});

describe('a name joined of parts', () => {
  it('stays as it is when it is short enough', () => expect(safeConcat('a', 'b')).toBe('a-b'));
  it('is cut to 63 characters and ends in a hash when it is not', () => {
    expect(safeConcat('x'.repeat(60), 'tail')).toMatch(/^x{57}-[0-9a-f]{5}$/);
    expect(safeConcat('x'.repeat(56), 'tail', 'more')).toMatch(/^x{56}-[0-9a-f]{6}$/);
  });
});
