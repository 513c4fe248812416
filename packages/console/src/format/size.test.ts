import { describe, expect, it } from 'vitest';
import { bytesOf, millisOf, size, sizeOf } from './size.js';

describe('size', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [4294967296, '4 GiB'],
    [19_286_528, '18.4 MiB'],
    [150 * 1024 ** 3, '150 GiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(size(bytes)).toBe(text);
  });
});

describe('quantities', () => {
  it('are read in every form Kubernetes writes', () => {
    expect([bytesOf('2Gi'), bytesOf('1G'), millisOf('250m'), millisOf('2')]).toEqual([2147483648, 1e9, 250, 2000]);
  });

  it('that are none are shown as they are', () => {
    expect([sizeOf('lots'), bytesOf('lots'), sizeOf(undefined)]).toEqual(['lots', undefined, '']);
  });
});
