import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatMillis,
  parseMillis,
  parseNanos,
  parseUnits,
  QuantityError,
  sameQuantity,
} from './quantity.js';

describe('a quantity', () => {
  it.each([
    ['0', 0n],
    ['1', 1n],
    ['1Ki', 1024n],
    ['2Gi', 2_147_483_648n],
    ['1.5Gi', 1_610_612_736n],
    ['1e3', 1000n],
    ['1E3', 1000n],
    ['1E', 1_000_000_000_000_000_000n],
    ['100m', 1n],
    ['-1500m', -1n],
    ['.5k', 500n],
    ['12e-1', 2n],
  ])('%s is %s units, rounded up', (text, units) => {
    expect(parseUnits(text)).toBe(units);
  });

  it.each([
    ['500m', 500n],
    ['2', 2000n],
    ['0.0001', 1n],
  ])('%s is %s thousandths, rounded up', (text, millis) => {
    expect(parseMillis(text)).toBe(millis);
  });

  it.each([
    ['1e30', 2n ** 63n - 1n],
    ['-1e99999999999', -(2n ** 63n - 1n)],
    [`${'9'.repeat(100_000)}`, 2n ** 63n - 1n],
    ['8Ei', 2n ** 63n - 1n],
    ['0e99999999999', 0n],
    ['1e-99999999999', 1n],
    [`1.${'0'.repeat(100_000)}1`, 2n],
  ])('however large or fine it is, has bounds', (text, units) => {
    expect(parseUnits(text)).toBe(units);
  });

  it.each(['', 'Gi', '1gi', '1 Gi', '0x10', '1.2.3', '--1', '1Kib', 'NaN'])('refuses %j', (text) => {
    expect(() => parseNanos(text)).toThrow(QuantityError);
  });

  it('is the same amount however written', () => {
    expect(sameQuantity('1Gi', '1024Mi')).toBe(true);
    expect(sameQuantity('0.5', '500m')).toBe(true);
    expect(sameQuantity('1G', '1Gi')).toBe(false);
  });

  it('survives being written and read again', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 1n << 60n }), (bytes) => {
        expect(parseUnits(formatBytes(bytes))).toBe(bytes);
        expect(parseMillis(formatMillis(bytes))).toBe(bytes);
      }),
    );
  });
});
