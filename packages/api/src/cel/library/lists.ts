import {
  any,
  bool,
  bytes,
  double,
  duration,
  int,
  type Library,
  list,
  member,
  type Overload,
  string,
  timestamp,
  uint,
} from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, scalar } from '../type.js';
import { type CelList, CelUint, type CelValue, compare, Duration, equal } from '../value.js';
import { toDuration, toInt, toUint } from './operators.js';

const A = any('A');
const INT = scalar('int');
const COMPARABLE = { int, uint, double, bool, duration, timestamp, string, bytes } as const;

const each = (
  overload: (name: string, element: (typeof COMPARABLE)[keyof typeof COMPARABLE]) => Overload,
): Overload[] => Object.entries(COMPARABLE).map(([name, element]) => overload(name, element));

function isSorted(values: CelList): boolean {
  let before: CelValue | undefined;
  for (const value of values) {
    if (before !== undefined && compare(before, value) > 0) return false;
    before = value;
  }
  return true;
}

/** The element that comes first by `sign` times the order. */
function extreme(name: string, sign: 1 | -1): (values: CelList) => CelValue {
  return (values) => {
    let found: CelValue | undefined;
    for (const value of values) if (found === undefined || compare(value, found) * sign < 0) found = value;
    if (found === undefined) throw new EvaluationError(`${name} called on empty list`);
    return found;
  };
}

function total<T extends CelValue>(
  values: CelList,
  start: T,
  takes: (value: CelValue) => value is T,
  add: (a: T, b: T) => T,
): T {
  let sum = start;
  for (const value of values) {
    if (!takes(value)) throw new EvaluationError('no such overload');
    sum = add(sum, value);
  }
  return sum;
}

function indexOf(values: CelList, item: CelValue): bigint {
  for (let index = 0; index < values.size; index += 1) if (equal(values.at(index), item)) return BigInt(index);
  return -1n;
}

function lastIndexOf(values: CelList, item: CelValue): bigint {
  for (let index = values.size - 1; index >= 0; index -= 1) if (equal(values.at(index), item)) return BigInt(index);
  return -1n;
}

/** Kubernetes' functions on lists. */
export const LISTS: Library = [
  ['isSorted', each((name, element) => member(`list_${name}_is_sorted_bool`, [list(element)], BOOL, isSorted))],
  [
    'min',
    each((name, element) => member(`list_${name}_min_${name}`, [list(element)], element.type, extreme('min', 1))),
  ],
  [
    'max',
    each((name, element) => member(`list_${name}_max_${name}`, [list(element)], element.type, extreme('max', -1))),
  ],
  [
    'sum',
    [
      member('list_int_sum_int', [list(int)], INT, (values) => total(values, 0n, int.takes, (a, b) => toInt(a + b))),
      member('list_uint_sum_uint', [list(uint)], uint.type, (values) =>
        total(values, new CelUint(0n), uint.takes, (a, b) => toUint(a.value + b.value)),
      ),
      member('list_double_sum_double', [list(double)], double.type, (values) =>
        total(values, 0, double.takes, (a, b) => a + b),
      ),
      member('list_duration_sum_duration', [list(duration)], duration.type, (values) =>
        total(values, new Duration(0n), duration.takes, (a, b) => toDuration(a.nanos + b.nanos)),
      ),
    ],
  ],
  ['indexOf', [member('list_a_index_of_int', [list(A), A], INT, indexOf)]],
  ['lastIndexOf', [member('list_a_last_index_of_int', [list(A), A], INT, lastIndexOf)]],
];
