import { EvaluationError } from '../evaluation-error.js';
import { type CelType, typeText } from '../type.js';
import { CelList, CelMap, CelUint, type CelValue, Duration, Timestamp, TypeValue, typeName } from '../value.js';
import { partsWithin } from './bounded-text.js';
import { doubleText } from './standard.js';
import { durationText, timestampText } from './time.js';

/** The most digits behind a point that a text may ask for. */
const MAX_PRECISION = 100;
const DEFAULT_PRECISION = 6;

/** A place in a pattern where a value goes: `%s`, `%.2f`. */
export interface Clause {
  readonly verb: string;
  readonly precision: number;
  /** What is wrong with the clause itself. */
  readonly fault?: string;
}

const CLAUSE = /%(?:%|(\.\d*)?([\s\S])?)/gu;
const VERBS = new Set('sdfeboxX');

/** The clauses of a pattern, in order. */
export const clausesOf = (pattern: string): readonly Clause[] =>
  [...pattern.matchAll(CLAUSE)].flatMap(([whole, precision, verb]) =>
    whole === '%%' ? [] : [clauseOf(precision, verb)],
  );

function clauseOf(digits: string | undefined, verb: string | undefined): Clause {
  const precision = digits === undefined ? DEFAULT_PRECISION : Number(digits.slice(1));
  const clause = { verb: verb ?? '', precision };
  if (verb === undefined) return { ...clause, fault: 'unexpected end of string' };
  const cannot = 'could not parse formatting clause';
  if (digits === '.') {
    const why = 'error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax';
    return { ...clause, fault: `${cannot}: error while parsing precision: ${why}` };
  }
  if (precision > MAX_PRECISION) return { ...clause, fault: `precision ${precision} is more than ${MAX_PRECISION}` };
  return VERBS.has(verb) ? clause : { ...clause, fault: `${cannot}: unrecognized formatting clause "${verb}"` };
}

/** The pattern with its clauses replaced by the values, in order. @throws EvaluationError */
export function formatted(pattern: string, values: readonly CelValue[]): string {
  return partsWithin(piecesOf(pattern, values)).join('');
}

function* piecesOf(pattern: string, values: readonly CelValue[]): Generator<string> {
  let next = 0;
  let end = 0;
  for (const match of pattern.matchAll(CLAUSE)) {
    const [whole, digits, verb] = match;
    yield pattern.slice(end, match.index);
    end = match.index + whole.length;
    if (whole === '%%') {
      yield '%';
      continue;
    }
    const clause = clauseOf(digits, verb);
    if (clause.fault !== undefined) throw new EvaluationError(clause.fault);
    const value = values[next];
    if (value === undefined) throw new EvaluationError(`index ${next} out of range`);
    next += 1;
    yield clauseText(clause, value);
  }
  yield pattern.slice(end);
}

/** Why a value of a type cannot be where the verb is; `undefined` when it can, or when only the value will tell. */
export function formatFault(verb: string, type: CelType): string | undefined {
  const fits = TAKEN[verb];
  if (type.kind === 'dyn' || !fits || fits.includes(type.kind)) return undefined;
  const name = type.kind === 'opaque' ? type.name : typeText(type);
  return `error during formatting: ${WANTED[verb]}, was given ${name}`;
}

const SIMPLE = [
  'string',
  'bool',
  'bytes',
  'int',
  'uint',
  'double',
  'map',
  'list',
  'type',
  'duration',
  'timestamp',
  'null',
];
const HEX = ['int', 'uint', 'bytes', 'string'];
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  s: SIMPLE,
  d: ['int', 'uint'],
  f: ['double', 'string'],
  e: ['double', 'string'],
  b: ['int', 'uint', 'bool'],
  o: ['int', 'uint'],
  x: HEX,
  X: HEX,
};

const HEX_WANTED = 'only integers, byte buffers, and strings can be formatted as hex';
const WANTED: Readonly<Record<string, string>> = {
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  e: 'scientific clause can only be used on doubles',
  b: 'only integers and bools can be formatted as binary',
  o: 'octal clause can only be used on integers',
  x: HEX_WANTED,
  X: HEX_WANTED,
};

function clauseText({ verb, precision }: Clause, value: CelValue): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      return typeof value === 'number' && !Number.isFinite(value) ? special(value) : String(wholeOf(verb, value));
    case 'f':
      return floating(verb, value, (number) => fixed(number, precision));
    case 'e':
      return floating(verb, value, (number) => exponential(number, precision));
    case 'b':
      return (typeof value === 'boolean' ? BigInt(value) : wholeOf(verb, value)).toString(2);
    case 'o':
      return wholeOf(verb, value).toString(8);
    case 'X':
      return hexOf(value).toUpperCase();
    default:
      return hexOf(value);
  }
}

const unsuitable = (verb: string, value: CelValue): EvaluationError =>
  new EvaluationError(`error during formatting: ${WANTED[verb]}, was given ${typeName(value)}`);

function wholeOf(verb: string, value: CelValue): bigint {
  if (typeof value === 'bigint') return value;
  if (value instanceof CelUint) return value.value;
  throw unsuitable(verb, value);
}

/** Text is one of the numbers that have no digits. */
function floating(verb: string, value: CelValue, write: (value: number) => string): string {
  if (typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value)) return value;
  if (typeof value !== 'number') throw unsuitable(verb, value);
  return Number.isFinite(value) ? write(value) : special(value);
}

const special = (value: number): string => (Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');

/** Digits after the point that JavaScript writes at most. */
const MOST_DIGITS = 100;

/** `toFixed` writes an exponent from 1e21 on, where all numbers are whole. */
function fixed(value: number, precision: number): string {
  if (Math.abs(value) >= 1e21)
    return precision === 0 ? String(BigInt(value)) : `${BigInt(value)}.${'0'.repeat(precision)}`;
  // Just between two texts is what has its last binary digit one place behind the last decimal one.
  const isTie = precision < MOST_DIGITS && Math.abs((value * 2 ** (precision + 1)) % 2) === 1;
  const up = value.toFixed(precision);
  return isTie
    ? evenOf(
        up,
        value
          .toFixed(precision + 1)
          .slice(0, -1)
          .replace(/\.$/, ''),
      )
    : up;
}

function exponential(value: number, precision: number): string {
  const [up = '', exponent = ''] = value.toExponential(precision).split('e');
  const [exact = ''] = value.toExponential(MOST_DIGITS).split('e');
  const whole = exact.indexOf('.');
  const behind = exact.slice(whole + 1 + precision);
  const isTie = precision < MOST_DIGITS && /^50*$/.test(behind);
  const down = precision === 0 ? exact.slice(0, whole) : exact.slice(0, whole + 1 + precision);
  return `${isTie ? evenOf(up, down) : up}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`;
}

/** Of two numbers that are as near, the one with an even digit at its end: Go rounds so, JavaScript away from zero. */
function evenOf(up: string, down: string): string {
  return '13579'.includes(down.at(-1) ?? '') ? up : down;
}

function hexOf(value: CelValue): string {
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value).toString('hex');
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
  if (value instanceof CelList) return `[${partsWithin(elementTexts(value), ', ').join(', ')}]`;
  if (value instanceof CelMap) return mapText(value);
  throw unsuitable('s', value);
}

function* elementTexts(values: CelList): Generator<string> {
  for (const value of values) yield textOf(value);
}

function* entryTexts(values: CelMap): Generator<string> {
  for (const key of values.keys()) yield `${textOf(key)}: ${textOf(values.get(key) ?? null)}`;
}

function mapText(value: CelMap): string {
  return `{${partsWithin(entryTexts(value), ', ').sort().join(', ')}}`;
}
