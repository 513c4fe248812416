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
  type Overload,
  optional,
  type Parameter,
  string,
  timestamp,
  uint,
} from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, type CelType, scalar } from '../type.js';
import {
  CelList,
  CelMap,
  type CelNumber,
  CelOptional,
  CelUint,
  type CelValue,
  compare,
  Duration,
  equal,
  hasItem,
  isNumber,
  Timestamp,
  withinSize,
} from '../value.js';

const [A, B] = [any('A'), any('B')];
const INT = scalar('int');
const MAX_INT = (1n << 63n) - 1n;
const MIN_INT = -(1n << 63n);
const MAX_UINT = (1n << 64n) - 1n;
/** Years 1 to 9999, in nanoseconds since 1970. */
const MIN_TIME = -62_135_596_800n * 1_000_000_000n;
const MAX_TIME = 253_402_300_800n * 1_000_000_000n - 1n;

/** Whether the number has 64 bits. */
export const isInt = (value: bigint): boolean => value <= MAX_INT && value >= MIN_INT;

/** Whether the number has 64 bits without a sign. */
export const isUint = (value: bigint): boolean => value <= MAX_UINT && value >= 0n;

/** The number, if it is one of 64 bits. @throws EvaluationError */
export function toInt(value: bigint): bigint {
  if (!isInt(value)) throw new EvaluationError('integer overflow');
  return value;
}

/** The number, if it is one of 64 bits without a sign. @throws EvaluationError */
export function toUint(value: bigint): CelUint {
  if (!isUint(value)) throw new EvaluationError('unsigned integer overflow');
  return new CelUint(value);
}

/** The time, if it is one that can be written. @throws EvaluationError */
export function toTimestamp(nanos: bigint): Timestamp {
  if (nanos > MAX_TIME || nanos < MIN_TIME) throw new EvaluationError('timestamp overflow');
  return new Timestamp(nanos);
}

/** The span, if it has 64 bits. @throws EvaluationError */
export function toDuration(nanos: bigint): Duration {
  if (!isInt(nanos)) throw new EvaluationError('duration overflow');
  return new Duration(nanos);
}

/** An operation on two whole numbers that a zero on the right has no value for. */
const unlessZero =
  (message: string, operation: (a: bigint, b: bigint) => bigint) =>
  (a: bigint, b: bigint): bigint => {
    if (b === 0n) throw new EvaluationError(message);
    return operation(a, b);
  };

/** The arithmetic of the three types of numbers, under the names of its overloads. */
function arithmetic(
  name: string,
  whole: (a: bigint, b: bigint) => bigint,
  floating?: (a: number, b: number) => number,
): Overload[] {
  return [
    global(`${name}_int64`, [int, int], INT, (a, b) => toInt(whole(a, b))),
    global(`${name}_uint64`, [uint, uint], scalar('uint'), (a, b) => toUint(whole(a.value, b.value))),
    ...(floating ? [global(`${name}_double`, [double, double], scalar('double'), floating)] : []),
  ];
}

const ORDERED = [
  ['bool', bool],
  ['int64', int],
  ['uint64', uint],
  ['double', double],
  ['string', string],
  ['bytes', bytes],
  ['timestamp', timestamp],
  ['duration', duration],
] as const;
const NUMBERS = ORDERED.slice(1, 4);

/** An order between values of one type, and between numbers of any. */
function ordering(name: string, holds: (order: number) => boolean): Overload[] {
  const decide = (a: CelValue, b: CelValue): boolean => holds(compare(a, b));
  const mixed = NUMBERS.flatMap(([left, one]) =>
    NUMBERS.filter(([right]) => right !== left).map(([right, other]) =>
      global(`${name}_${left}_${right}`, [one, other], BOOL, decide),
    ),
  );
  return [...ORDERED.map(([of, type]) => global(`${name}_${of}`, [type, type], BOOL, decide)), ...mixed];
}

function joinedText(a: string, b: string): string {
  withinSize(a.length + b.length);
  return a + b;
}

function joinedBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  withinSize(a.length + b.length);
  return new Uint8Array(Buffer.concat([a, b]));
}

/** The element at an index, which may be a floating number that is whole; `undefined` outside. */
function element(values: CelList, index: CelValue): CelValue | undefined {
  const at = index instanceof CelUint ? index.value : index;
  if (typeof at === 'number' && !Number.isInteger(at)) throw new EvaluationError(`unsupported index value`);
  if (typeof at !== 'number' && typeof at !== 'bigint') throw new EvaluationError(`unsupported index type in list`);
  return at < 0 || at >= values.size ? undefined : values.at(Number(at));
}

function elementOf(values: CelList, index: CelValue): CelValue {
  const found = element(values, index);
  if (found === undefined)
    throw new EvaluationError(`index out of bounds: ${isNumber(index) ? numberText(index) : '?'}`);
  return found;
}

function entryOf(values: CelMap, key: CelValue): CelValue {
  const found = values.get(key);
  if (found === undefined) throw new EvaluationError(`no such key: ${keyText(key)}`);
  return found;
}

const numberText = (value: bigint | number | CelUint): string => String(value instanceof CelUint ? value.value : value);
const keyText = (key: CelValue): string => (isNumber(key) ? numberText(key) : String(key));

const maybe = (value: CelValue | undefined): CelOptional =>
  value === undefined ? CelOptional.none : CelOptional.of(value);

/** What is at a key or an index of a list, a map, or an optional one of those. */
function maybeAt(from: CelValue, key: CelValue): CelOptional {
  if (from instanceof CelOptional) return from.value === undefined ? from : maybeAt(from.value, key);
  if (from instanceof CelList) return maybe(element(from, key));
  if (from instanceof CelMap) return maybe(from.get(key));
  throw new EvaluationError('no such overload');
}

const list_A = list(A);
const map_AB = map(A, B);
/** Whole for the checker; any number that is whole when the expression is evaluated. */
const position: Parameter<CelNumber> = { type: INT, takes: isNumber };
const index = (id: string, of: Parameter, key: Parameter, result: CelType): Overload =>
  global(id, [of, key], result, maybeAt);

/** The operators. Logical ones are only declared here: their sides are not all evaluated. */
export const OPERATORS: Library = [
  ['_&&_', [global('logical_and', [bool, bool], BOOL, (a, b) => a && b)]],
  ['_||_', [global('logical_or', [bool, bool], BOOL, (a, b) => a || b)]],
  ['!_', [global('logical_not', [bool], BOOL, (value) => !value)]],
  ['_?_:_', [global('conditional', [bool, A, A], A.type, (condition, yes, no) => (condition ? yes : no))]],
  ['@not_strictly_false', [global('not_strictly_false', [bool], BOOL, (value) => value)]],
  ['_==_', [global('equals', [A, A], BOOL, equal)]],
  ['_!=_', [global('not_equals', [A, A], BOOL, (a, b) => !equal(a, b))]],
  ['_<_', ordering('less', (order) => order < 0)],
  ['_<=_', ordering('less_equals', (order) => order <= 0)],
  ['_>_', ordering('greater', (order) => order > 0)],
  ['_>=_', ordering('greater_equals', (order) => order >= 0)],
  [
    '_+_',
    [
      ...arithmetic(
        'add',
        (a, b) => a + b,
        (a, b) => a + b,
      ),
      global('add_string', [string, string], string.type, joinedText),
      global('add_bytes', [bytes, bytes], bytes.type, joinedBytes),
      global('add_list', [list_A, list_A], list_A.type, (a, b) => a.concat(b)),
      global('add_duration_duration', [duration, duration], duration.type, (a, b) => toDuration(a.nanos + b.nanos)),
      global('add_timestamp_duration', [timestamp, duration], timestamp.type, (a, b) => toTimestamp(a.nanos + b.nanos)),
      global('add_duration_timestamp', [duration, timestamp], timestamp.type, (a, b) => toTimestamp(a.nanos + b.nanos)),
    ],
  ],
  [
    '_-_',
    [
      ...arithmetic(
        'subtract',
        (a, b) => a - b,
        (a, b) => a - b,
      ),
      global('subtract_duration_duration', [duration, duration], duration.type, (a, b) =>
        toDuration(a.nanos - b.nanos),
      ),
      global('subtract_timestamp_duration', [timestamp, duration], timestamp.type, (a, b) =>
        toTimestamp(a.nanos - b.nanos),
      ),
      global('subtract_timestamp_timestamp', [timestamp, timestamp], duration.type, (a, b) =>
        toDuration(a.nanos - b.nanos),
      ),
    ],
  ],
  [
    '_*_',
    arithmetic(
      'multiply',
      (a, b) => a * b,
      (a, b) => a * b,
    ),
  ],
  [
    '_/_',
    arithmetic(
      'divide',
      unlessZero('division by zero', (a, b) => a / b),
      (a, b) => a / b,
    ),
  ],
  [
    '_%_',
    arithmetic(
      'modulo',
      unlessZero('modulus by zero', (a, b) => a % b),
    ),
  ],
  [
    '-_',
    [
      global('negate_int64', [int], INT, (value) => toInt(-value)),
      global('negate_double', [double], double.type, (value) => -value),
    ],
  ],
  [
    '@in',
    [
      global('in_list', [A, list_A], BOOL, (value, values) => hasItem(values, value)),
      global('in_map', [A, map_AB], BOOL, (key, values) => values.get(key) !== undefined),
    ],
  ],
  [
    '_[_]',
    [
      global('index_list', [list_A, position], A.type, elementOf),
      global('index_map', [map_AB, A], B.type, entryOf),
      index('optional_list_index_int', optional(list_A), position, optional(A).type),
      index('optional_map_index_value', optional(map_AB), A, optional(B).type),
    ],
  ],
  [
    '_[?_]',
    [
      index('list_optindex_optional_int', list_A, position, optional(A).type),
      index('optional_list_optindex_optional_int', optional(list_A), position, optional(A).type),
      index('map_optindex_optional_value', map_AB, A, optional(B).type),
      index('optional_map_optindex_optional_value', optional(map_AB), A, optional(B).type),
    ],
  ],
  ['_?._', [global('select_optional_field', [dyn, string], optional(dyn).type, maybeAt)]],
];
