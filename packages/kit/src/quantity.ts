/** Thrown for text that is not a Kubernetes quantity. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const FORM = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?|[eE][+-]?\d+)$/;

/** The largest amount: greater ones are taken for it (apimachinery resource.Quantity). */
export const MAX_NANOS = (2n ** 63n - 1n) * 1_000_000_000n;
/** Digits before the point above which an amount is too large whatever follows, and after it that can still count. */
const MAX_DIGITS = 60;

/**
 * A Kubernetes quantity ("500m", "2Gi", "1.5", "1e3") in billionths, rounded up: the smallest unit Kubernetes keeps
 * (apimachinery resource.Quantity). Amounts above 2⁶³-1 are taken for that.
 *
 * @throws QuantityError when `text` is not a quantity.
 */
export function parseNanos(text: string): bigint {
  const { negative, whole, decimals, binary, exponent } = quantityParts(text);
  const fraction = shortened(decimals);
  // Beyond these, an exponent makes any amount too large, or the smallest there is.
  const power = Math.max(-2 * MAX_DIGITS, Math.min(2 * MAX_DIGITS, exponent));
  const units = whole.length > 2 * MAX_DIGITS ? MAX_NANOS : BigInt(`${whole || '0'}${fraction}`);
  const magnitude = scale(units * 1024n ** BigInt(binary), 9 - fraction.length + power);
  const capped = magnitude > MAX_NANOS ? MAX_NANOS : magnitude;
  return negative ? -capped : capped;
}

/** What a quantity is written with. */
export interface QuantityParts {
  readonly negative: boolean;
  /** The digits before the point, without zeros that lead. */
  readonly whole: string;
  /** The digits after the point. */
  readonly decimals: string;
  readonly notation: 'binary' | 'decimal' | 'exponent';
  /** The power of 1024 that the suffix stands for. */
  readonly binary: number;
  /** The power of ten that the suffix stands for. */
  readonly exponent: number;
}

/** A quantity's text, taken apart. @throws QuantityError when `text` is not a quantity. */
export function quantityParts(text: string): QuantityParts {
  const match = FORM.exec(text.trim());
  if (!match) throw new QuantityError(`"${text.slice(0, MAX_DIGITS)}" is not a quantity such as 500m, 2 or 4Gi`);
  const [, sign, digits, suffix] = match as unknown as [string, string, string, string];
  const [written = '', decimals = ''] = digits.split('.');
  const binary = Math.max(0, BINARY.indexOf(suffix as (typeof BINARY)[number]));
  const decimal = binary > 0 ? 0 : DECIMAL[suffix];
  return {
    negative: sign === '-',
    whole: written.replace(/^0+/, ''),
    decimals,
    notation: binary > 0 ? 'binary' : decimal === undefined ? 'exponent' : 'decimal',
    binary,
    exponent: decimal ?? Number(suffix.slice(1)),
  };
}

/** Digits after the point, without those that only say that there is more: then the last one does. */
function shortened(decimals: string): string {
  const kept = decimals.slice(0, MAX_DIGITS);
  return /[1-9]/.test(decimals.slice(MAX_DIGITS)) ? `${kept}1` : kept;
}

/** The quantity as a whole number of units, rounded up: bytes, cores. */
export function parseUnits(text: string): bigint {
  return ceilDivide(parseNanos(text), 1_000_000_000n);
}

/** The quantity in thousandths, rounded up: millicores. */
export function parseMillis(text: string): bigint {
  return ceilDivide(parseNanos(text), 1_000_000n);
}

/** Bytes in the largest binary unit that divides them evenly: 4294967296 → "4Gi", 1000 → "1000". */
export function formatBytes(bytes: bigint): string {
  let value = bytes;
  let unit = 0;
  while (unit < BINARY.length - 1 && value !== 0n && value % 1024n === 0n) {
    value /= 1024n;
    unit += 1;
  }
  return `${value}${BINARY[unit]}`;
}

/** Millicores as Kubernetes writes them: 2000 → "2", 250 → "250m". */
export function formatMillis(millis: bigint): string {
  return millis % 1000n === 0n ? `${millis / 1000n}` : `${millis}m`;
}

/** Whether two quantities are the same amount, however written. */
export function sameQuantity(a: string, b: string): boolean {
  return parseNanos(a) === parseNanos(b);
}

/** `units` times ten to the power of `exponent`, rounded up. */
export function scale(units: bigint, exponent: number): bigint {
  if (exponent >= 0) return units * 10n ** BigInt(exponent);
  return ceilDivide(units, 10n ** BigInt(-exponent));
}

function ceilDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by > 0n ? quotient + 1n : quotient;
}
