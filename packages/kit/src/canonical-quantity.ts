import { formatBytes, MAX_NANOS, QuantityError, type QuantityParts, quantityParts, scale } from './quantity.js';

const SUFFIXES = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const;
/** The powers of ten that the smallest and the largest suffix stand for. Nothing is kept that is finer than the smallest. */
const FINEST = -9;
const COARSEST = 18;
const UNIT = 10n ** 9n;
/** Characters of a quantity: far more than any amount needs, so that none takes long to write. */
const MAX_LENGTH = 120;
/** Digits up to which Kubernetes reads an amount in its quick way, which keeps the text that was sent. */
const QUICK_DIGITS = 18;
/** The same for binary suffixes, by the power of 1024: what is left of 14 digits after those of the suffix. */
const QUICK_BINARY_DIGITS = [0, 11, 8, 5, 2] as const;

/**
 * A quantity as Kubernetes writes it (apimachinery resource.Quantity, CanonicalizeBytes): with the largest suffix that leaves a whole
 * number, of the family that it was sent with; rounded up to billionths. Amounts in binary units below 1Ki, and those that are no whole
 * number, are told in decimal ones, and above 2⁶³-1 taken for that. Text that is in this form, but for a sign, zeros or a point
 * more than it needs, stays as it is, as it does there.
 *
 * @throws QuantityError for what is no quantity, for more than 120 characters, and for an exponent that no integer holds.
 */
export function canonicalQuantity(value: string | number): string {
  const text = String(value).trim();
  if (text.length > MAX_LENGTH) throw new QuantityError(`a quantity has at most ${MAX_LENGTH} characters`);
  const written = quantityParts(text);
  if (!Number.isSafeInteger(written.exponent)) throw new QuantityError(`the exponent of "${text}" is out of range`);
  // JavaScript writes large and small numbers with an exponent that nobody sent.
  const parts: QuantityParts = typeof value === 'number' ? { ...written, notation: 'decimal' } : written;
  if (parts.notation === written.notation && staysAsSent(parts)) return text;
  const magnitude = parts.notation === 'binary' ? binaryText(parts) : decimalText(parts);
  return parts.negative && magnitude !== '0' ? `-${magnitude}` : magnitude;
}

function staysAsSent({ whole, decimals, notation, binary, exponent }: QuantityParts): boolean {
  const digits = whole + decimals;
  // A zero before the point counts as a digit there.
  const length = digits.length + (whole === '' ? 1 : 0);
  if (notation === 'binary') {
    return decimals === '' && length <= (QUICK_BINARY_DIGITS[binary] ?? 0) && Number(digits) % 8 !== 0;
  }
  const scaled = exponent - decimals.length;
  return length <= QUICK_DIGITS && scaled >= FINEST && scaled % 3 === 0 && whole !== '' && !digits.endsWith('000');
}

function binaryText({ whole, decimals, binary }: QuantityParts): string {
  const exact = scale(BigInt(`0${whole}${decimals}`) * 1024n ** BigInt(binary), -FINEST - decimals.length);
  const nanos = exact > MAX_NANOS ? MAX_NANOS : exact;
  return nanos % UNIT === 0n && nanos >= 1024n * UNIT
    ? formatBytes(nanos / UNIT)
    : withSuffix(nanos, FINEST, 'decimal');
}

function decimalText({ whole, decimals, exponent, notation }: QuantityParts): string {
  const digits = BigInt(`0${whole}${decimals}`);
  const power = exponent - decimals.length;
  if (power >= FINEST) return withSuffix(digits, power, notation);
  // Further down, whatever there is is rounded up to one.
  return withSuffix(scale(digits, Math.max(power - FINEST, -MAX_LENGTH)), FINEST, notation);
}

/** `amount` times ten to the power of `power`, with the largest suffix that leaves it whole. */
function withSuffix(amount: bigint, power: number, notation: QuantityParts['notation']): string {
  if (amount === 0n) return '0';
  let number = amount;
  let exponent = power;
  while (number % 10n === 0n) {
    number /= 10n;
    exponent += 1;
  }
  const largest = notation === 'decimal' ? Math.min(exponent, COARSEST) : exponent;
  const told = Math.floor(largest / 3) * 3;
  number *= 10n ** BigInt(exponent - told);
  if (notation === 'decimal') return `${number}${SUFFIXES[(told - FINEST) / 3]}`;
  return told === 0 ? String(number) : `${number}e${told}`;
}
