import { matchesPattern } from '../../schema/pattern.js';
import {
  any,
  bool,
  bytes,
  double,
  duration,
  dyn,
  global,
  int,
  type Library,
  list,
  map,
  member,
  string,
  timestamp,
  uint,
} from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, DYN, STRING, scalar } from '../type.js';
import { CelUint, type CelValue, sizeOf, TypeValue, typeName } from '../value.js';
import { isInt, isUint, toInt, toUint } from './operators.js';
import { durationOf, durationText, timestampOf, timestampText } from './time.js';

const INT = scalar('int');
const UINT = scalar('uint');
const DOUBLE = scalar('double');
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

const size = (value: CelValue): bigint => BigInt(sizeOf(value));

function wholeOf(value: number): bigint {
  if (!(value > -TWO_63 && value < TWO_63)) throw new EvaluationError('integer overflow');
  return BigInt(Math.trunc(value));
}

const notOfType = (type: string): EvaluationError =>
  new EvaluationError(`type conversion error from 'string' to '${type}'`);

function parsedInt(text: string): bigint {
  const value = /^[+-]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined;
  if (value === undefined || !isInt(value)) throw notOfType('int');
  return value;
}

function parsedUint(text: string): CelUint {
  const value = /^\d+$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || !isUint(value)) throw notOfType('uint');
  return new CelUint(value);
}

/** Go's form of floating numbers, without its hexadecimal one. */
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function parsedDouble(text: string): number {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw notOfType('double');
  return value;
}

function parsedBool(text: string): boolean {
  if (['true', 'True', 'TRUE', 't', '1'].includes(text)) return true;
  if (['false', 'False', 'FALSE', 'f', '0'].includes(text)) return false;
  throw notOfType('bool');
}

function decoded(value: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    throw new EvaluationError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** A floating number as Go writes it: with an exponent from a million on. */
export function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (value === 0 || (exponent >= -4 && exponent < 6)) return plainText(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

const plainText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const matches = (text: string, pattern: string): boolean => {
  try {
    return matchesPattern(text, pattern);
  } catch (error) {
    throw new EvaluationError(error instanceof Error ? error.message : String(error));
  }
};

/** The language's own functions, beside operators and time. */
export const STANDARD: Library = [
  [
    'size',
    [
      ...(
        [
          ['string', string],
          ['bytes', bytes],
          ['list', list(any('A'))],
          ['map', map(any('A'), any('B'))],
        ] as const
      ).flatMap(([name, of]) => [global(`size_${name}`, [of], INT, size), member(`${name}_size`, [of], INT, size)]),
    ],
  ],
  ['contains', [member('contains_string', [string, string], BOOL, (text, part) => text.includes(part))]],
  ['startsWith', [member('starts_with_string', [string, string], BOOL, (text, part) => text.startsWith(part))]],
  ['endsWith', [member('ends_with_string', [string, string], BOOL, (text, part) => text.endsWith(part))]],
  [
    'matches',
    [global('matches', [string, string], BOOL, matches), member('matches_string', [string, string], BOOL, matches)],
  ],
  [
    'type',
    [global('type', [any('A')], { kind: 'type', of: any('A').type }, (value) => new TypeValue(typeName(value)))],
  ],
  ['dyn', [global('to_dyn', [dyn], DYN, (value) => value)]],
  [
    'int',
    [
      global('int64_to_int64', [int], INT, (value) => value),
      global('uint64_to_int64', [uint], INT, ({ value }) => toInt(value)),
      global('double_to_int64', [double], INT, wholeOf),
      global('string_to_int64', [string], INT, parsedInt),
      global('timestamp_to_int64', [timestamp], INT, ({ nanos }) => floorSeconds(nanos)),
    ],
  ],
  [
    'uint',
    [
      global('uint64_to_uint64', [uint], UINT, (value) => value),
      global('int64_to_uint64', [int], UINT, toUint),
      global('double_to_uint64', [double], UINT, (value) => {
        if (!(value >= 0 && value < TWO_64)) throw new EvaluationError('unsigned integer overflow');
        return toUint(BigInt(Math.trunc(value)));
      }),
      global('string_to_uint64', [string], UINT, parsedUint),
    ],
  ],
  [
    'double',
    [
      global('double_to_double', [double], DOUBLE, (value) => value),
      global('int64_to_double', [int], DOUBLE, Number),
      global('uint64_to_double', [uint], DOUBLE, ({ value }) => Number(value)),
      global('string_to_double', [string], DOUBLE, parsedDouble),
    ],
  ],
  [
    'bool',
    [global('bool_to_bool', [bool], BOOL, (value) => value), global('string_to_bool', [string], BOOL, parsedBool)],
  ],
  [
    'bytes',
    [
      global('bytes_to_bytes', [bytes], scalar('bytes'), (value) => value),
      global('string_to_bytes', [string], scalar('bytes'), (text) => new TextEncoder().encode(text)),
    ],
  ],
  [
    'string',
    [
      global('string_to_string', [string], STRING, (text) => text),
      global('bool_to_string', [bool], STRING, String),
      global('int64_to_string', [int], STRING, String),
      global('uint64_to_string', [uint], STRING, ({ value }) => String(value)),
      global('double_to_string', [double], STRING, doubleText),
      global('bytes_to_string', [bytes], STRING, decoded),
      global('timestamp_to_string', [timestamp], STRING, timestampText),
      global('duration_to_string', [duration], STRING, durationText),
    ],
  ],
  [
    'timestamp',
    [
      global('timestamp_to_timestamp', [timestamp], timestamp.type, (value) => value),
      global('int64_to_timestamp', [int], timestamp.type, (seconds) => timestampOf(seconds)),
      global('string_to_timestamp', [string], timestamp.type, (text) => timestampOf(text)),
    ],
  ],
  [
    'duration',
    [
      global('duration_to_duration', [duration], duration.type, (value) => value),
      global('int64_to_duration', [int], duration.type, (nanos) => durationOf(nanos)),
      global('string_to_duration', [string], duration.type, (text) => durationOf(text)),
    ],
  ],
];

function floorSeconds(nanos: bigint): bigint {
  const seconds = nanos / 1_000_000_000n;
  return nanos % 1_000_000_000n < 0n ? seconds - 1n : seconds;
}
