import { EvaluationError } from '../evaluation-error.js';
import { CelList, CelMap, CelUint, type CelValue, Duration, Timestamp, TypeValue, typeName } from '../value.js';
import { doubleText } from './standard.js';
import { durationText, timestampText } from './time.js';

/** The most digits behind a point that a text may ask for. */
const MAX_PRECISION = 100;

/** The pattern with its clauses (`%s`, `%d`, `%.2f`) replaced by the values, in order. @throws EvaluationError */
export function formatted(pattern: string, values: readonly CelValue[]): string {
  let next = 0;
  return pattern.replaceAll(
    /%(?:%|(\.\d+)?(.?))/gsu,
    (clause, precision: string | undefined, verb: string | undefined) => {
      if (clause === '%%') return '%';
      const value = values[next];
      if (value === undefined) throw new EvaluationError(`index ${next} out of range`);
      next += 1;
      return clauseText(verb ?? '', precision === undefined ? 6 : precisionOf(precision), value);
    },
  );
}

function precisionOf(text: string): number {
  const precision = Number(text.slice(1));
  if (precision <= MAX_PRECISION) return precision;
  throw new EvaluationError(`precision ${precision} is more than ${MAX_PRECISION}`);
}

function clauseText(verb: string, precision: number, value: CelValue): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      return typeof value === 'number' && !Number.isFinite(value) ? special(value) : String(wholeOf(verb, value));
    case 'f':
      return Number.isFinite(floatOf(verb, value))
        ? floatOf(verb, value).toFixed(precision)
        : special(floatOf(verb, value));
    case 'e':
      return Number.isFinite(floatOf(verb, value))
        ? exponential(floatOf(verb, value), precision)
        : special(floatOf(verb, value));
    case 'b':
      return (typeof value === 'boolean' ? BigInt(value) : wholeOf(verb, value)).toString(2);
    case 'o':
      return wholeOf(verb, value).toString(8);
    case 'x':
      return hexOf(value);
    case 'X':
      return hexOf(value).toUpperCase();
    default:
      throw new EvaluationError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}

const unsuitable = (verb: string, value: CelValue): EvaluationError =>
  new EvaluationError(`error during formatting: ${WANTED[verb]}, was given ${typeName(value)}`);

const WANTED: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  o: 'octal clause can only be used on integers',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
};

function wholeOf(verb: string, value: CelValue): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return value.value;
  throw unsuitable(verb, value);
}

function floatOf(verb: string, value: CelValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || value instanceof CelUint) return Number(wholeOf(verb, value));
  throw unsuitable(verb, value);
}

const special = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');

const exponential = (value: number, precision: number): string =>
  value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');

function hexOf(value: CelValue): string {
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return wholeOf('x', value).toString(16);
}

function textOf(value: CelValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? doubleText(value) : special(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof CelList) return `[${[...value].map(textOf).join(', ')}]`;
  if (value instanceof CelMap) return mapText(value);
  throw unsuitable('s', value);
}

function mapText(value: CelMap): string {
  const entries = [...value.keys()].map((key) => `${textOf(key)}: ${textOf(value.get(key) ?? null)}`);
  return `{${entries.sort().join(', ')}}`;
}
