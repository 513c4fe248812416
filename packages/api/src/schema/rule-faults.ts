import { MAX_REQUEST_BYTES } from '../body/limits.js';
import type { StatusCause } from '../object.js';
import { fieldAt } from './field-at.js';
import { forbiddenField, internalError, invalidValue, notSupported, required, typedValue } from './field-cause.js';
import { SchemaNode } from './node.js';
import { withObjectMeta } from './object-meta.js';
import { type Compiled, hasRules, type Rule, type RuleSource, rulesOf, selfType } from './rule.js';
import type { Schema } from './schema.js';

/** The most that a rule may cost by its estimate, over all the places where it applies (upstream's StaticEstimatedCostLimit). */
const RULE_LIMIT = 10_000_000;
/** The most that all rules of a schema may cost (upstream's StaticEstimatedCRDCostLimit). */
const SCHEMA_LIMIT = 100_000_000;
/** So many of the rules that cost most are named when all together cost too much. */
const MOST_EXPENSIVE = 4;

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** What is wrong with a schema's rules, in Kubernetes' words: a definition with such a rule is refused. */
export function ruleFaults(schema: Schema, path: string): StatusCause[] {
  if (!hasRules(schema)) return [];
  const walk = new FaultWalk();
  walk.visit(SchemaNode.open(withObjectMeta(schema), missing), { path, isResource: true, cardinality: 1 });
  return [...walk.causes, ...walk.totalFaults(path)];
}

const missing = (ref: string): never => {
  throw new Error(`a definition's schema has no references, and refers to ${ref}`);
};

/** Where a schema node is. */
interface Place {
  readonly path: string;
  readonly isResource: boolean;
  /** How many values it can have in one object; `undefined` for no bound. */
  readonly cardinality: number | undefined;
  /** The list within which no value can be found again in the object before. */
  readonly uncorrelatable?: string | undefined;
}

class FaultWalk {
  readonly causes: StatusCause[] = [];
  #total = 0;
  readonly #costs: { readonly path: string; readonly cost: number }[] = [];

  visit(node: SchemaNode, place: Place): void {
    if (!hasRules(node.schema)) return;
    const { path, uncorrelatable } = place;
    this.#rules(node, place);
    const bound = childCount(node);
    const cardinality = place.cardinality === undefined || bound === undefined ? undefined : place.cardinality * bound;
    const below = (child: SchemaNode, step: string, within = uncorrelatable): void =>
      this.visit(child, {
        path: `${path}.${step}`,
        isResource: child.embedded,
        cardinality,
        uncorrelatable: within,
      });
    for (const [name, child] of node.properties) below(child, `properties[${name}]`);
    if (node.items) below(node.items, 'items', uncorrelatable ?? (node.listType === 'map' ? undefined : path));
    if (node.additional && node.additional.schema === node.schema.additionalProperties)
      below(node.additional, 'additionalProperties');
  }

  #rules(node: SchemaNode, place: Place): void {
    const sources = node.schema['x-kubernetes-validations'] ?? [];
    if (sources.length === 0) return;
    const at = (index: number): string => `${place.path}.x-kubernetes-validations[${index}]`;
    for (const [index, source] of sources.entries()) this.causes.push(...sourceFaults(source, node, at(index)));
    const self = selfType(node, place.isResource);
    if (!self) {
      const why = 'failed to construct type information for x-kubernetes-validations rules';
      const detail = `internal error: ${why}: unable to convert structural schema to CEL declarations`;
      this.causes.push(internalError(`${place.path}.x-kubernetes-validations`, detail));
      return;
    }
    // What a request can bring bounds how many values a list without a bound can hold.
    const times = place.cardinality ?? Math.floor(MAX_REQUEST_BYTES / (self.minSize + 1));
    for (const [index, rule] of rulesOf(node, place.isResource).entries()) {
      if (rule.source.rule.trim() === '') continue;
      this.#expression(rule.condition, 'rule', rule, at(index), times);
      if (rule.message) this.#expression(rule.message, 'messageExpression', rule, at(index), 1);
      this.causes.push(...oldSelfFaults(rule, at(index), place.uncorrelatable));
    }
  }

  #expression(
    expression: Compiled,
    name: 'rule' | 'messageExpression',
    { source }: Rule,
    at: string,
    times: number,
  ): void {
    const field = `${at}.${name}`;
    if ('fault' in expression) {
      this.causes.push(typedValue(field, printedRule(source), expression.fault));
      return;
    }
    const cost = expression.maxCost === 0 || times === 0 ? 0 : expression.maxCost * times;
    if (cost > RULE_LIMIT) this.causes.push(forbiddenField(field, exceeds(`estimated ${name} cost`, cost, RULE_LIMIT)));
    this.#total += cost;
    if (cost >= SCHEMA_LIMIT / 100) this.#costs.push({ path: field, cost });
  }

  totalFaults(path: string): StatusCause[] {
    if (this.#total <= SCHEMA_LIMIT) return [];
    const what = 'estimated rule cost total';
    const top = this.#costs.toSorted((a, b) => b.cost - a.cost).slice(0, MOST_EXPENSIVE);
    return [
      ...top.map((one) =>
        forbiddenField(one.path, `contributed to ${what} exceeding cost limit for entire OpenAPIv3 schema`),
      ),
      forbiddenField(
        path,
        exceeds(`x-kubernetes-validations ${what} for entire OpenAPIv3 schema`, this.#total, SCHEMA_LIMIT),
      ),
    ];
  }
}

/** How many values each child of a node may have. */
function childCount({ type, schema }: SchemaNode): number | undefined {
  if (type === 'array') return schema.maxItems;
  return type === 'object' && schema.additionalProperties !== undefined ? schema.maxProperties : 1;
}

function exceeds(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const times = factor > 100 ? 'more than 100x' : `${factor.toFixed(factor < 1.5 ? 6 : 1)}x`;
  return `${what} exceeds budget by factor of ${times} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** What is wrong with what stands beside the expressions, and with expressions that are none. */
function sourceFaults(source: RuleSource, { schema }: SchemaNode, at: string): StatusCause[] {
  const { rule, message = '', messageExpression = '', reason, fieldPath = '' } = source;
  const causes: StatusCause[] = [];
  if (rule.trim() === '') causes.push(required(`${at}.rule`, 'rule is not specified'));
  else if (message !== '' && message.trim() === '')
    causes.push(invalidValue(`${at}.message`, message, 'message must be non-empty if specified'));
  else if (message.trim().includes('\n'))
    causes.push(invalidValue(`${at}.message`, message, 'message must not contain line breaks'));
  else if (rule.trim().includes('\n') && message.trim() === '')
    causes.push(required(`${at}.message`, 'message must be specified if rule contains line breaks'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    causes.push(required(`${at}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (reason !== undefined && !REASONS.includes(reason)) causes.push(notSupported(`${at}.reason`, reason, REASONS));
  if (fieldPath === '') return causes;
  const field = `${at}.fieldPath`;
  if (fieldPath.trim() === '') causes.push(invalidValue(field, fieldPath, 'fieldPath must be non-empty if specified'));
  if (fieldPath.includes('\n')) causes.push(invalidValue(field, fieldPath, 'fieldPath must not contain line breaks'));
  if ('fault' in fieldAt(fieldPath, schema, { brackets: true }))
    causes.push(invalidValue(field, fieldPath, 'fieldPath must be a valid path'));
  return causes;
}

function oldSelfFaults({ source, usesOldSelf }: Rule, at: string, uncorrelatable: string | undefined): StatusCause[] {
  if (usesOldSelf && uncorrelatable !== undefined) {
    const why = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
    return [invalidValue(`${at}.rule`, source.rule, why)];
  }
  if (usesOldSelf || source.optionalOldSelf === undefined) return [];
  const why = 'may not be set if oldSelf is not used in rule';
  return [invalidValue(`${at}.optionalOldSelf`, source.optionalOldSelf, why)];
}

/** A rule as Go prints it. */
function printedRule({
  rule,
  message = '',
  messageExpression = '',
  reason,
  fieldPath = '',
  optionalOldSelf,
}: RuleSource): string {
  const pointer = (type: string, value: unknown): string => `(*${type})(${value === undefined ? 'nil' : '0x0'})`;
  const texts = { Rule: rule, Message: message, MessageExpression: messageExpression };
  const fields = Object.entries(texts).map(([name, text]) => `${name}:${JSON.stringify(text)}`);
  const rest = [
    `Reason:${pointer('apiextensions.FieldValueErrorReason', reason)}`,
    `FieldPath:${JSON.stringify(fieldPath)}`,
    `OptionalOldSelf:${pointer('bool', optionalOldSelf)}`,
  ];
  return `apiextensions.ValidationRule{${[...fields, ...rest].join(', ')}}`;
}
