import { describe, expect, it } from 'vitest';
import { canonicalQuantity } from './canonical-quantity.js';
import { parseNanos, QuantityError } from './quantity.js';

/** What was sent, and what kube-apiserver 1.32 answers. */
const ANSWERS: readonly (readonly [sent: string | number, answered: string])[] = [
  ['1.125', '1.125'],
  [1.125, '1.125'],
  ['1000m', '1'],
  ['1', '1'],
  [1, '1'],
  [0.5, '500m'],
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1e3', '1e3'],
  [1000, '1k'],
  ['1E3', '1E3'],
  ['1.5Gi', '1536Mi'],
  ['0.5Gi', '512Mi'],
  ['1.5', '1500m'],
  ['1.500', '1.500'],
  ['001', '001'],
  ['+1', '+1'],
  [' 1 ', '1'],
  ['0', '0'],
  ['0Ki', '0'],
  ['0.0', '0'],
  ['-0', '0'],
  ['1023Ki', '1023Ki'],
  ['1000Ki', '1000Ki'],
  ['1024Ki', '1Mi'],
  ['1Ki', '1Ki'],
  ['0.1Ki', '102400m'],
  ['1.1Ki', '1126400m'],
  ['1.0001Mi', '1048680857600u'],
  ['0.0001Ki', '102400u'],
  ['1n', '1n'],
  ['0.1n', '1n'],
  ['1.0000000001', '1000000001n'],
  ['1000n', '1u'],
  ['1000u', '1m'],
  ['1e-3', '1e-3'],
  ['1e-10', '1e-9'],
  ['1e1', '10'],
  ['12e1', '120'],
  ['1.5e3', '1500'],
  ['1000e3', '1e6'],
  ['1e30', '1e30'],
  ['1E', '1E'],
  ['99999999999999999999', '99999999999999999999'],
  ['10Ei', '9223372036854775807'],
  ['8Ei', '9223372036854775807'],
  ['7Ei', '7Ei'],
  ['1024Pi', '1Ei'],
  ['100000000000000000000Ki', '9223372036854775807'],
  ['1000000', '1M'],
  ['1k', '1k'],
  ['1000k', '1M'],
  ['.5k', '500'],
  ['5.', '5.'],
  ['5.Gi', '5.Gi'],
  ['0.0010', '1m'],
  ['1500M', '1500M'],
  ['1073741824', '1073741824'],
  ['1073741824Ki', '1Ti'],
  ['512', '512'],
  ['1000.5Gi', '1024512Mi'],
  ['1e+3', '1e+3'],
  ['1e03', '1e03'],
  ['1.e3', '1.e3'],
  ['16Ki', '16Ki'],
  ['8Ki', '8Ki'],
  ['2048Ki', '2Mi'],
  ['1e40', '10e39'],
  ['1e100', '10e99'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['1.12345678901', '1123456790n'],
  ['12345678901.1234567891Ki', '12641975194750419752039n'],
  [0.0000001, '100n'],
  [1.5, '1500m'],
  ['0.5Ki', '512'],
  ['0.3Gi', '322122547200m'],
  ['1e0', '1e0'],
  ['1e4', '10e3'],
  ['1e9', '1e9'],
  ['0.1Mi', '104857600m'],
  ['2.5Ki', '2560'],
  ['1025Ki', '1025Ki'],
  ['+5Ki', '+5Ki'],
  ['0100Mi', '0100Mi'],
  ['1.50', '1500m'],
  ['1.000', '1'],
  ['10.00', '10'],
  ['0.50', '500m'],
  ['00.5', '500m'],
  ['999999999999999999', '999999999999999999'],
  ['9999999999999999999', '9999999999999999999'],
];

describe('the canonical text of a quantity', () => {
  it.each(ANSWERS)('of %j is %s', (sent, answered) => {
    expect(canonicalQuantity(sent)).toBe(answered);
  });

  it.each(ANSWERS)('of %j is that of its own', (_sent, answered) => {
    expect(canonicalQuantity(answered)).toBe(answered);
  });

  it.each([
    ['-1000m', '-1'],
    ['-0.1n', '-1n'],
    ['-1.5Gi', '-1536Mi'],
    ['-10Ei', '-9223372036854775807'],
  ])('of %s keeps the sign: %s', (sent, answered) => {
    expect(canonicalQuantity(sent)).toBe(answered);
  });

  it.each([
    ['1000E', '1000E'],
    ['1000000E', '1000000E'],
    [1e21, '1000E'],
  ])('loses nothing where no suffix is large enough: %s', (sent, answered) => {
    expect(canonicalQuantity(sent)).toBe(answered);
  });

  it.each(['1e99999999999', '1e-99999999999', '9'.repeat(120)])('is soon told however large or small %s is', (sent) => {
    expect(parseNanos(canonicalQuantity(sent))).toBe(parseNanos(sent));
  });

  it.each(['', 'x', 'Gi', '1K', '1gi', '1.2.3', '1e9223372036854775808', '9'.repeat(121)])(
    'is not that of %j',
    (sent) => {
      expect(() => canonicalQuantity(sent)).toThrow(QuantityError);
    },
  );
});
