import { CelFormat } from '../library/format.js';
import { CelList, CelMap, CelOpaque, type CelValue, sizeOf } from '../value.js';

/** What reading a character costs. */
export const PER_CHARACTER = 0.1;
/** What a character of a pattern costs: an expression of it is taken to be four long. */
export const PER_PATTERN_CHARACTER = 0.25;
/** Leaves an expression two questions to the authorizer within its limit. */
export const AUTHORIZATION_CHECK = 350_000;

type Cost = (args: readonly CelValue[]) => number;

/** What a call costs (cel-go's runtime costs, and Kubernetes' for its own functions), which is known before it is made. */
export function callCost(name: string, id: string, args: readonly CelValue[]): number {
  const cost = BY_OVERLOAD.get(id) ?? BY_NAME.get(name);
  return cost ? cost(args) : 1;
}

const size = (args: readonly CelValue[], index: number): number => sizeOf(args[index] ?? null);
const reading = (length: number): number => Math.ceil(length * PER_CHARACTER);

const once: Cost = () => 1;
const readsFirst: Cost = (args) => reading(size(args, 0));
const readsFirstTwice: Cost = (args) => reading(size(args, 0) * 2);
const compares: Cost = (args) => reading(Math.min(size(args, 0), size(args, 1)));
const searches: Cost = (args) => reading(1 + size(args, 0)) * Math.ceil(size(args, 1) * PER_PATTERN_CHARACTER);
const concatenates: Cost = (args) => reading(size(args, 0) + size(args, 1));
const pairs =
  (times: number): Cost =>
  (args) =>
    1 + size(args, 0) * size(args, 1) * times;
/** A selector is a list of requirements: one for two characters at most, each with a list of values. */
const selects: Cost = (args) => 10 + reading(size(args, 1)) + Math.ceil(size(args, 1) / 2) * 50;
const validates: Cost = ([format, text]) =>
  reading(1 + sizeOf(text ?? null)) *
  Math.ceil((format instanceof CelFormat ? format.patternLength : 0) * PER_PATTERN_CHARACTER);
const equates: Cost = (args) => (args[0] instanceof CelOpaque ? 1 : compares(args));
/** Twice the length of what comes out. */
const joins: Cost = ([values, separator = '']) => {
  if (!(values instanceof CelList)) return 1;
  let length = sizeOf(separator) * Math.max(0, values.size - 1);
  for (const value of values) length += sizeOf(value);
  return reading(length * 2);
};
const traverses: Cost = (args) => traversal(args[0] ?? null);

/** Addresses are compared up to the prefix's length; one given as text is read first. */
const contains =
  (isBlock: boolean, isText: boolean): Cost =>
  (args) => {
    const own = size(args, 0);
    const masking = isBlock ? reading(own) + 1 : 0;
    return reading(own * 2) + masking + (isText ? reading(size(args, 1)) : 0);
  };

const BY_OVERLOAD: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ['starts_with_string', readsFirst],
  ['ends_with_string', readsFirst],
  ['string_to_bytes', readsFirst],
  ['bytes_to_string', readsFirst],
  ['in_list', (args) => size(args, 1)],
  ['equals', equates],
  ['not_equals', compares],
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((order): [string, Cost][] => [
    [`${order}_string`, compares],
    [`${order}_bytes`, compares],
  ]),
  ['add_string', concatenates],
  ['add_bytes', concatenates],
  ['matches', searches],
  ['matches_string', searches],
  ['contains_string', (args) => reading(size(args, 0)) * reading(size(args, 1))],
  ['list_sets_contains_list', pairs(1)],
  ['list_sets_intersects_list', pairs(1)],
  ['list_sets_equivalent_list', pairs(2)],
  ['strings_quote', readsFirst],
  ['string_format', readsFirst],
  ['cidr_ip', once],
  ['cidr_contains_ip_string', contains(false, true)],
  ['cidr_contains_ip_ip', contains(false, false)],
  ['cidr_contains_cidr_string', contains(true, true)],
  ['cidr_contains_cidr', contains(true, false)],
]);

const BY_NAME: ReadonlyMap<string, Cost> = new Map<string, Cost>([
  ['check', () => AUTHORIZATION_CHECK],
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name): [string, Cost] => [name, traverses]),
  ...[
    'url',
    'lowerAscii',
    'upperAscii',
    'substring',
    'trim',
    'cidr',
    'isIP',
    'isCIDR',
    'ip',
    'quantity',
    'isQuantity',
  ].map((name): [string, Cost] => [name, readsFirst]),
  ['fieldSelector', selects],
  ['labelSelector', selects],
  ['validate', validates],
  ['replace', readsFirstTwice],
  ['split', readsFirstTwice],
  ['ip.isCanonical', readsFirstTwice],
  ['join', joins],
  ['find', searches],
  ['findAll', searches],
]);

/** What looking at every part of a value costs. */
function traversal(value: CelValue): number {
  if (typeof value === 'string') return Math.floor(Buffer.byteLength(value) * PER_CHARACTER);
  if (value instanceof Uint8Array) return Math.floor(value.length * PER_CHARACTER);
  let cost = 0;
  if (value instanceof CelList) for (const item of value) cost += traversal(item);
  else if (value instanceof CelMap)
    for (const key of value.keys()) cost += traversal(key) + traversal(value.get(key) ?? null);
  else cost = 1;
  return cost;
}
