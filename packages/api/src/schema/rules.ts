import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, KubeObject, StatusCause } from '../object.js';
import { celValue, compileRule, optionalValue } from './cel.js';
import { FieldPath } from './field-path.js';
import type { SchemaNode } from './node.js';
import type { OpenSchema } from './open-schema.js';
import type { Schema } from './schema.js';
import { typeName } from './validate.js';

type RuleSource = NonNullable<Schema['x-kubernetes-validations']>[number];

/** Words for each reason a rule may give; the first is what a rule without one means. */
const HEADS: Readonly<Record<string, string>> = {
  FieldValueInvalid: 'Invalid value',
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
};

/**
 * What the `x-kubernetes-validations` of a custom kind say against an object that is valid otherwise. Rules that compare
 * with the object before are asked only for an update, and only where the two correspond. The rules have no budget: they
 * run as long as the definition's author made them.
 */
export function ruleCauses(schema: OpenSchema, object: KubeObject, old?: KubeObject): StatusCause[] {
  if (!hasRules(schema.root.schema)) return [];
  const walk = new RuleWalk();
  walk.check(object as unknown as JsonObject, old as unknown as JsonObject | undefined, schema.root);
  return walk.causes;
}

/** Which of a schema's rules cannot be evaluated, and why: a definition with such a rule is refused. */
export function ruleFaults(schema: Schema, path: string): StatusCause[] {
  if (!hasRules(schema)) return [];
  const rules = schema['x-kubernetes-validations'] ?? [];
  const own = rules.flatMap((rule, index) => {
    const at = `${path}.x-kubernetes-validations[${index}]`;
    const expressions = [['rule', rule.rule] as const, ['messageExpression', rule.messageExpression] as const];
    return expressions.flatMap(([name, text]) => (text === undefined ? [] : faultOf(text, `${at}.${name}`)));
  });
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    ruleFaults(child, `${path}.properties[${name}]`),
  );
  const items = schema.items ? ruleFaults(schema.items, `${path}.items`) : [];
  const values =
    typeof schema.additionalProperties === 'object'
      ? ruleFaults(schema.additionalProperties, `${path}.additionalProperties`)
      : [];
  return [...own, ...properties, ...items, ...values];
}

function faultOf(text: string, field: string): StatusCause[] {
  try {
    compileRule(text);
    return [];
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    return [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(text)}: compilation failed: ${why}`,
        field,
      },
    ];
  }
}

const withRules = new WeakMap<Schema, boolean>();

function hasRules(schema: Schema): boolean {
  const known = withRules.get(schema);
  if (known !== undefined) return known;
  const { properties = {}, items, additionalProperties } = schema;
  const inner = [...Object.values(properties), items, additionalProperties].filter(
    (child) => typeof child === 'object',
  );
  const answer = schema['x-kubernetes-validations'] !== undefined || inner.some(hasRules);
  withRules.set(schema, answer);
  return answer;
}

class RuleWalk {
  readonly causes: StatusCause[] = [];
  readonly #path = new FieldPath();

  check(value: Json, old: Json | undefined, node: SchemaNode): void {
    if (value === null || !hasRules(node.schema)) return;
    const rules = node.schema['x-kubernetes-validations'] ?? [];
    for (const rule of rules) this.#ask(rule, value, old ?? undefined, node);
    if (Array.isArray(value)) this.#checkItems(value, Array.isArray(old) ? old : [], node);
    else if (typeof value === 'object') this.#checkFields(value as JsonObject, isJsonObject(old) ? old : {}, node);
  }

  #checkFields(value: JsonObject, old: JsonObject, node: SchemaNode): void {
    for (const [key, item] of Object.entries(value)) {
      const child = node.child(key);
      if (item === undefined || !child) continue;
      this.#path.push(key);
      this.check(item, Object.hasOwn(old, key) ? old[key] : undefined, child);
      this.#path.pop();
    }
  }

  /** Only elements of keyed lists correspond to elements before. */
  #checkItems(value: readonly Json[], old: readonly Json[], { items, listType, mapKeys }: SchemaNode): void {
    if (!items) return;
    const same = (a: Json, b: Json): boolean =>
      isJsonObject(a) && isJsonObject(b) && mapKeys.every((key) => (a[key] ?? null) === (b[key] ?? null));
    for (const [index, item] of value.entries()) {
      this.#path.push(index);
      this.check(item, listType === 'map' ? old.find((other) => same(item, other)) : undefined, items);
      this.#path.pop();
    }
  }

  #ask(source: RuleSource, value: Json, old: Json | undefined, node: SchemaNode): void {
    const rule = compileRule(source.rule);
    const isOptional = source.optionalOldSelf === true;
    if (rule.isTransition && old === undefined && !isOptional) return;
    const self = celValue(value, node);
    const before = old === undefined ? undefined : celValue(old, node);
    const oldSelf = isOptional ? optionalValue(before) : (before ?? null);
    try {
      if (rule.evaluate(self, oldSelf) !== true) this.#refuse(source, value, messageOf(source, self, oldSelf));
    } catch (error) {
      const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
      this.#refuse({ rule: source.rule }, value, `rule evaluation error: ${why}`);
    }
  }

  #refuse({ reason = 'FieldValueInvalid', fieldPath = '' }: RuleSource, value: Json, message: string): void {
    const head = (Object.hasOwn(HEADS, reason) ? HEADS[reason] : undefined) ?? 'Invalid value';
    const shown =
      reason === 'FieldValueInvalid' || reason === 'FieldValueDuplicate' ? `${head}: "${typeName(value)}"` : head;
    const path = this.#path.toString();
    const field = path === '' ? fieldPath.replace(/^\./, '') : `${path}${fieldPath}`;
    this.causes.push({ reason, message: `${shown}: ${message}`, field: field === '' ? '<nil>' : field });
  }
}

function messageOf({ rule, message, messageExpression }: RuleSource, self: unknown, oldSelf: unknown): string {
  const plain = message ?? `failed rule: ${rule}`;
  if (messageExpression === undefined) return plain;
  try {
    const text = compileRule(messageExpression).evaluate(self, oldSelf);
    return typeof text === 'string' && text.trim() !== '' ? text : plain;
  } catch {
    return plain;
  }
}
