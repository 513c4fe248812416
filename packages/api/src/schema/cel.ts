import { Environment, Optional } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../object.js';
import { hasFormat } from './format.js';
import type { SchemaNode } from './node.js';
import { matchesPattern } from './pattern.js';

/** A validation rule, ready to be asked. */
export interface Rule {
  /** Whether it compares with the object before, and so says nothing about a new one. */
  readonly isTransition: boolean;
  /** The answer for a value; throws the language's own errors where the rule cannot be evaluated. */
  evaluate(self: unknown, oldSelf: unknown): unknown;
}

/** How many compiled rules are kept; the oldest goes when one more comes. */
const CAPACITY = 2_000;
const compiled = new Map<string, Rule>();

/**
 * Kubernetes' dialect of CEL, as far as it goes here: the language, its macros and strings, and Kubernetes' functions that
 * look at text. What is missing is an error at compile time, so that no definition with it is accepted.
 */
const environment = new Environment({
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 10_000, maxDepth: 100 },
})
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn')
  .registerFunction('isURL(string): bool', (text: string) => URL.canParse(text))
  .registerFunction('isIP(string): bool', (text: string) => hasFormat(text, 'ipv4') || hasFormat(text, 'ipv6'))
  .registerFunction('isCIDR(string): bool', (text: string) => hasFormat(text, 'cidr'))
  .registerFunction('isQuantity(string): bool', (text: string) => hasFormat(text, 'quantity'))
  .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
    text.replaceAll(from, to),
  )
  .registerFunction('string.matchesRE2(string): bool', matchesPattern);

/**
 * Compiles a rule.
 *
 * @throws Error that says what is wrong with it, or which of its functions is not known.
 */
export function compileRule(text: string): Rule {
  const known = compiled.get(text);
  if (known) return known;
  const program = environment.parse(withLinearPatterns(text));
  const { valid, error } = program.check();
  if (!valid) throw error ?? new Error(`the rule "${text}" has a type error`);
  const rule: Rule = {
    isTransition: /\boldSelf\b/.test(text),
    evaluate: (self, oldSelf) => program({ self, oldSelf }) as unknown,
  };
  const [oldest] = compiled.size >= CAPACITY ? compiled.keys() : [];
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(text, rule);
  return rule;
}

/** The value before, for rules that say what they mean where there is none. */
export const optionalValue = (value: unknown): unknown => (value === undefined ? Optional.none() : Optional.of(value));

/**
 * A value as rules see it: whole numbers of the schema are integers, and a field whose name is no identifier has an
 * escaped one.
 */
export function celValue(value: Json, node: SchemaNode | null): unknown {
  if (typeof value === 'number') {
    const isWhole = node?.type === 'integer' || (node?.type !== 'number' && Number.isInteger(value));
    return isWhole ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => celValue(item, node?.items ?? null));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as JsonObject).flatMap(([key, item]): [string, unknown][] => {
    if (item === undefined) return [];
    const name = node?.properties.has(key) ? escaped(key) : key;
    return [[name, celValue(item, node?.child(key) ?? null)]];
  });
  return Object.fromEntries(entries);
}

/** Kubernetes' escapes for field names (apiserver cel/escaping). */
const escaped = (name: string): string =>
  name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');

/** The language's own `matches` takes JavaScript's patterns, which can take for ever; Kubernetes means RE2's. */
const withLinearPatterns = (text: string): string =>
  text.replaceAll(/("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|\.\s*matches\s*\(/g, (found, quoted: string | undefined) =>
    quoted === undefined ? '.matchesRE2(' : found,
  );
