import { describe, expect, it } from 'vitest';
import { integer, octets, oid, partsOf, sequence, time } from './der.js';

describe('DER', () => {
  it.each([
    [[], '020100'],
    [[0, 0, 5], '020105'],
    [[0x7f], '02017f'],
    [[0x80], '02020080'],
    [[1, 0], '02020100'],
  ])('writes the magnitude %j as a number that is not negative', (bytes, encoded) => {
    expect(integer(Uint8Array.from(bytes)).toString('hex')).toBe(encoded);
  });

  it.each([
    ['2.5.29.17', '0603551d11'],
    ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
  ])('writes the identifier %s', (dotted, encoded) => {
    expect(oid(dotted).toString('hex')).toBe(encoded);
  });

  it('writes years from 2050 on in full, as certificates must', () => {
    expect(
      time(Date.UTC(2049, 11, 31, 23, 59, 59))
        .subarray(2)
        .toString(),
    ).toBe('491231235959Z');
    expect(
      time(Date.UTC(2050, 0, 1))
        .subarray(2)
        .toString(),
    ).toBe('20500101000000Z');
  });

  it.each([0, 127, 128, 255, 256, 65_000])('tells values of %i bytes apart again', (size) => {
    const parts = [octets(Buffer.alloc(size, 1)), octets(Buffer.of(2))];
    expect(partsOf(sequence(...parts)).map((part) => Buffer.from(part))).toEqual(parts);
  });

  it('refuses an encoding that ends within a value', () => {
    expect(() => partsOf(Buffer.of(0x30, 3, 4, 9, 1))).toThrow(RangeError);
  });
});
