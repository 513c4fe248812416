import { ApiError, badRequest } from '../errors.js';
import type { LabelSelector } from '../generated/types/meta-v1.js';
import { labelValue, qualifiedName } from '../names.js';

/** One condition on labels. `NotIn` holds where the key is absent; `Gt` and `Lt` compare whole numbers. */
export type LabelRequirement =
  | { readonly key: string; readonly operator: 'In' | 'NotIn'; readonly values: readonly string[] }
  | { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' }
  | { readonly key: string; readonly operator: 'Gt' | 'Lt'; readonly value: bigint };

type Labels = Readonly<Record<string, string>>;

const NAME = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Whether `text` may be a label's key: a name, or a DNS prefix of at most 253 characters, "/" and a name. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash < 0) return NAME.test(text);
  const prefix = text.slice(0, slash);
  return prefix.length <= 253 && SUBDOMAIN.test(prefix) && NAME.test(text.slice(slash + 1));
}

/** Whether `text` may be a label's value: empty, or at most 63 characters of a name. */
export const isLabelValue = (text: string): boolean => VALUE.test(text);

/**
 * Reads the text form: `app=web,tier in (a, b),!old,weight>3`. Empty text has no conditions and so matches everything.
 *
 * @throws ApiError BadRequest that says what was found and what was expected.
 */
export function parseLabelSelector(text: string): LabelRequirement[] {
  return new Parser(text).parse();
}

/**
 * The conditions of a selector field; a selector without any matches everything. (Where a kind's selector is absent, what
 * that means is the kind's own rule.)
 *
 * @throws ApiError BadRequest for an operator or key that is none.
 */
export function labelRequirements({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelRequirement[] {
  const equal = Object.entries(matchLabels).map(([key, value]) => checked({ key, operator: 'In', values: [value] }));
  const expressions = matchExpressions.map(({ key, operator, values = [] }): LabelRequirement => {
    switch (operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0)
          throw badRequest(`values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`);
        return checked({ key, operator, values });
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0)
          throw badRequest(`values: Invalid value: values set must be empty for exists and does not exist`);
        return checked({ key, operator });
      default:
        throw badRequest(`"${operator}" is not a valid label selector operator`);
    }
  });
  return [...equal, ...expressions];
}

/** Whether labels fulfil every requirement. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels = {}): boolean {
  return requirements.every((requirement) => fulfils(requirement, labels));
}

function fulfils(requirement: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && /^[+-]?\d+$/.test(value) && BigInt(unsigned(value)) > requirement.value;
    case 'Lt':
      return value !== undefined && /^[+-]?\d+$/.test(value) && BigInt(unsigned(value)) < requirement.value;
  }
}

/** The text form of requirements; `parseLabelSelector` reads it back. */
export function formatLabelSelector(requirements: readonly LabelRequirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

function formatRequirement(requirement: LabelRequirement): string {
  const { key, operator } = requirement;
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const { values } = requirement;
      const [only] = values.length === 1 ? values : [];
      if (only !== undefined) return operator === 'In' ? `${key}=${only}` : `${key}!=${only}`;
      return `${key} ${operator.toLowerCase()} (${[...values].sort().join(',')})`;
    }
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${requirement.value}`;
    case 'Lt':
      return `${key}<${requirement.value}`;
  }
}

const unsigned = (digits: string): string => digits.replace(/^\+/, '');

function checked(requirement: LabelRequirement): LabelRequirement {
  const { key } = requirement;
  const badKey = qualifiedName(key);
  if (badKey !== undefined) throw badRequest(`<nil>: Invalid value: ${JSON.stringify(key)}: ${badKey}`);
  if (!('values' in requirement)) return requirement;
  for (const [index, value] of requirement.values.entries()) {
    const why = labelValue(value);
    if (why !== undefined)
      throw badRequest(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${why}`);
  }
  return requirement;
}

const TOKEN = /\s*(==|!=|[=!<>,()]|[^\s=!<>,()]+)\s*/y;

class Parser {
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(readonly text: string) {
    TOKEN.lastIndex = 0;
    for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) this.#tokens.push(match[1] as string);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    const [first] = this.#tokens;
    if (first === undefined) return requirements;
    if (!startsRequirement(first)) throw unexpected(first, "!, identifier, or 'end of string'");
    for (;;) {
      requirements.push(this.#parsed());
      const separator = this.#take();
      if (separator === undefined) return requirements;
      if (separator !== ',') throw unexpected(separator, "',' or 'end of string'");
      const next = this.#peek();
      if (!startsRequirement(next)) throw unexpected(next, "identifier after ','");
    }
  }

  #parsed(): LabelRequirement {
    try {
      return this.#requirement();
    } catch (error) {
      if (error instanceof ApiError) throw badRequest(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  #requirement(): LabelRequirement {
    if (this.#peek() === '!') {
      this.#take();
      return checked({ key: this.#word('identifier'), operator: 'DoesNotExist' });
    }
    const key = this.#word('identifier');
    const operator = this.#peek();
    if (operator === undefined || operator === ',') return checked({ key, operator: 'Exists' });
    this.#take();
    switch (operator) {
      case '=':
      case '==':
        return checked({ key, operator: 'In', values: [this.#value()] });
      case '!=':
        return checked({ key, operator: 'NotIn', values: [this.#value()] });
      case 'in':
        return checked({ key, operator: 'In', values: this.#values() });
      case 'notin':
        return checked({ key, operator: 'NotIn', values: this.#values() });
      case '>':
      case '<': {
        const value = this.#value();
        if (!/^[+-]?\d+$/.test(value))
          throw badRequest(
            `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
          );
        return checked({ key, operator: operator === '>' ? 'Gt' : 'Lt', value: BigInt(unsigned(value)) });
      }
      default:
        throw unexpected(operator, 'in, notin, =, ==, !=, gt, lt');
    }
  }

  #values(): string[] {
    const open = this.#take();
    if (open !== '(') throw badRequest(`found '${open ?? ''}' expected: '('`);
    const first = this.#peek();
    if (first === undefined || /^[=!<>(]/.test(first)) throw unexpected(first, "',', ')' or identifier");
    const values = new Set<string>();
    for (;;) {
      values.add(this.#value());
      const separator = this.#take();
      if (separator === ')') return [...values];
      if (separator !== ',') throw unexpected(separator, "',' or ')'");
    }
  }

  /** A value may be missing: `a=`, `a in (,b)`. */
  #value(): string {
    const token = this.#peek();
    if (token === undefined || /^[,)]$/.test(token)) return '';
    return this.#word('identifier');
  }

  #word(expected: string): string {
    const token = this.#take();
    if (token === undefined || /^[=!<>,()]/.test(token)) throw unexpected(token, expected);
    return token;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next];
  }

  #take(): string | undefined {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    return token;
  }
}

const startsRequirement = (token: string | undefined): boolean =>
  token !== undefined && (token === '!' || !/^[=!<>,()]/.test(token));

const unexpected = (found: string | undefined, expected: string): ApiError =>
  badRequest(`found '${found ?? ''}', expected: ${expected}`);
