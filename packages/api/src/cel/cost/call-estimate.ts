import { type CelType, typeText } from '../type.js';
import { AUTHORIZATION_CHECK, PER_CHARACTER, PER_PATTERN_CHARACTER } from './call.js';
import { added, exactly, multiplied, type Range, scaled, UNKNOWN, united } from './range.js';

/** What is known of a target or an argument before it has a value. */
export interface Operand {
  readonly type: CelType;
  readonly size: Range;
  /** The size of what a list holds. */
  readonly elementSize: Range;
  /** The number that it is, where that is written in the expression. */
  readonly literal?: number | undefined;
}

/** What a call may cost beside its arguments, and how large its result may be. */
export interface CallEstimate {
  readonly cost: Range;
  readonly size?: Range;
}

type Estimate = (args: readonly Operand[]) => CallEstimate;

/** The estimate of a call; a member's target is the first argument (cel-go's estimates, and Kubernetes' for its functions). */
export function callEstimate(name: string, id: string, args: readonly Operand[]): CallEstimate {
  const estimate = BY_OVERLOAD.get(id) ?? BY_NAME.get(name);
  return estimate ? estimate(args) : ONE;
}

const ONE: CallEstimate = { cost: exactly(1) };
const size = (args: readonly Operand[], index: number): Range => args[index]?.size ?? UNKNOWN;
const reading = (range: Range): Range => scaled(range, PER_CHARACTER);
const costs = (cost: Range): CallEstimate => ({ cost });

const readsFirst: Estimate = (args) => costs(reading(size(args, 0)));
const readsSecond: Estimate = (args) => costs(reading(size(args, 1)));
const copiesFirst: Estimate = (args) => ({ cost: reading(size(args, 0)), size: size(args, 0) });
const pattern = (range: Range): Range => scaled(range, PER_PATTERN_CHARACTER);
const searching = (args: readonly Operand[]): Range =>
  multiplied(reading(added(size(args, 0), exactly(1))), pattern(size(args, 1)));
const concatenated = (args: readonly Operand[]): Range => added(size(args, 0), size(args, 1));

const compares: Estimate = (args) => {
  const max = Math.min(size(args, 0).max, size(args, 1).max);
  return costs(reading({ min: max > 0 ? 1 : 0, max }));
};

/** The longest form, by name, of Kubernetes' values that are compared by text. */
const MAX_FORMAT_NAME = 64;

const equates: Estimate = (args) => {
  const [left, right] = args.map(({ type }) => type);
  if (left?.kind !== 'opaque' || !right || typeText(left) !== typeText(right) || left.name === 'optional_type')
    return compares(args);
  if (left.name === 'kubernetes.NamedFormat') return costs(reading({ min: 1, max: MAX_FORMAT_NAME }));
  if (left.name === 'kubernetes.URL') return costs(reading({ min: 1, max: united(size(args, 0), size(args, 1)).max }));
  return ONE;
};

const traverses: Estimate = (args) => {
  const [target] = args;
  if (target?.type.kind !== 'list') return costs(reading(size(args, 0)));
  const { kind } = target.type.element;
  const each = kind === 'string' || kind === 'bytes' ? reading(target.elementSize) : exactly(0);
  return costs(multiplied(target.size, added(exactly(1), each)));
};

const replaces: Estimate = (args) => {
  const [text, from, to] = [size(args, 0), size(args, 1), size(args, 2)];
  return { cost: scaled(text, 2 * PER_CHARACTER), size: replacedSize(text, from, to) };
};

/** An empty text is found between all characters; otherwise the result is longest, or shortest, when all is replaced. */
function replacedSize(text: Range, from: Range, to: Range): Range {
  const longest = (): number => {
    if (from.min === 0) return (text.max + 1) * to.max + text.max;
    return to.max <= from.min ? text.max : Math.ceil(text.max / from.min) * to.max;
  };
  const shortest = (): number => {
    if (from.max === 0) return (text.min + 1) * to.min + text.min;
    return from.max <= to.min ? text.min : Math.ceil(text.min / from.max) * to.min;
  };
  return { min: shortest() || 0, max: longest() || 0 };
}

const splits: Estimate = (args) => {
  const limit = args[2]?.literal;
  return { cost: scaled(size(args, 0), 2 * PER_CHARACTER), size: { min: 0, max: limit ?? size(args, 0).max } };
};

const joins: Estimate = (args) => {
  const [target, separator] = args;
  if (!target) return ONE;
  const { min, max } = target.size;
  const between = { min: Math.max(0, min - 1), max: Math.max(0, max - 1) };
  const joined = added(
    multiplied(target.size, target.elementSize),
    separator ? multiplied(separator.size, between) : exactly(0),
  );
  return { cost: reading(joined), size: joined };
};

/** A selector is a list of requirements: one for two characters at most, each with a list of values. */
const selects: Estimate = (args) =>
  costs(added(exactly(10), reading(size(args, 1)), scaled(scaled(size(args, 1), 0.5), 50)));

/** Addresses have four or sixteen bytes. */
const ADDRESS: Range = { min: 4, max: 16 };

const contains =
  (isBlock: boolean, isText: boolean): Estimate =>
  (args) =>
    costs(
      added(
        reading(added(ADDRESS, ADDRESS)),
        isBlock ? added(reading(ADDRESS), exactly(1)) : exactly(0),
        isText ? reading(size(args, 1)) : exactly(0),
      ),
    );

const pairs =
  (times: number): Estimate =>
  (args) =>
    costs(added(scaled(multiplied(size(args, 0), size(args, 1)), times), exactly(1)));

/** How long a pattern for any of the named forms is taken to be. */
const FORMAT_PATTERN = 128;

const BY_OVERLOAD: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  [
    'string_to_bytes',
    (args) => ({ cost: reading(size(args, 0)), size: { min: size(args, 0).min, max: size(args, 0).max * 4 } }),
  ],
  [
    'bytes_to_string',
    (args) => ({
      cost: reading(size(args, 0)),
      size: { min: Math.floor(size(args, 0).min / 4), max: size(args, 0).max },
    }),
  ],
  [
    'strings_quote',
    (args) => ({ cost: reading(size(args, 0)), size: { min: size(args, 0).min + 2, max: size(args, 0).max * 2 + 2 } }),
  ],
  ['string_format', readsFirst],
  ['starts_with_string', readsSecond],
  ['ends_with_string', readsSecond],
  ['in_list', (args) => costs(size(args, 1))],
  ['matches', (args) => costs(searching(args))],
  ['matches_string', (args) => costs(searching(args))],
  ['contains_string', (args) => costs(multiplied(reading(size(args, 0)), reading(size(args, 1))))],
  ['add_string', (args) => ({ cost: reading(concatenated(args)), size: concatenated(args) })],
  ['add_bytes', (args) => ({ cost: reading(concatenated(args)), size: concatenated(args) })],
  ['add_list', (args) => ({ cost: exactly(1), size: concatenated(args) })],
  ['equals', equates],
  ['not_equals', compares],
  ...['less', 'less_equals', 'greater', 'greater_equals'].flatMap((order): [string, Estimate][] => [
    [`${order}_string`, compares],
    [`${order}_bytes`, compares],
  ]),
  ['list_sets_contains_list', pairs(1)],
  ['list_sets_intersects_list', pairs(1)],
  ['list_sets_equivalent_list', pairs(2)],
  ['cidr_ip', () => ONE],
  ['cidr_contains_ip_string', contains(false, true)],
  ['cidr_contains_ip_ip', contains(false, false)],
  ['cidr_contains_cidr_string', contains(true, true)],
  ['cidr_contains_cidr', contains(true, false)],
]);

const BY_NAME: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ['check', () => costs(exactly(AUTHORIZATION_CHECK))],
  ['fieldSelector', selects],
  ['labelSelector', selects],
  ...['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'].map((name): [string, Estimate] => [name, traverses]),
  ...['url', 'lowerAscii', 'upperAscii', 'substring', 'trim'].map((name): [string, Estimate] => [name, copiesFirst]),
  ...['cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity'].map((name): [string, Estimate] => [name, readsFirst]),
  ['ip.isCanonical', (args) => costs(scaled(size(args, 0), 2 * PER_CHARACTER))],
  ['replace', replaces],
  ['split', splits],
  ['join', joins],
  ['find', (args) => ({ cost: searching(args), size: { min: 0, max: size(args, 0).max } })],
  ['findAll', (args) => ({ cost: searching(args), size: { min: 0, max: size(args, 0).max } })],
  ['validate', (args) => costs(scaled(reading(size(args, 1)), FORMAT_PATTERN * PER_PATTERN_CHARACTER))],
]);
