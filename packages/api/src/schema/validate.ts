import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, StatusCause } from '../object.js';
import {
  duplicate,
  invalidType,
  invalidValue,
  notSupported,
  required,
  tooLong,
  tooMany,
  typedValue,
} from './field-cause.js';
import { FieldPath } from './field-path.js';
import { hasFormat } from './format.js';
import { ItemsByKey, keysOf } from './item-key.js';
import type { SchemaNode } from './node.js';
import { matchesPattern } from './pattern.js';
import { sameJson } from './same-json.js';
import type { Schema } from './schema.js';

/** At most so many causes are told; one more says nothing new to whoever has to mend these. */
const MAX_CAUSES = 100;

/** Which rules of a schema are in force. */
export interface ValidationRules {
  /**
   * Whether the schema is a definition's own. The lists of built-in kinds are looked at by their own rules, which also write
   * the keys of maps in brackets.
   */
  readonly custom: boolean;
}

/**
 * What is wrong with `value` by its schema: one cause a fault, at most a hundred, none when it is fine. With the value
 * `old` that it takes the place of, faults of what stays as it was are left out, and so are duplicates in its lists when
 * there were some already: whoever changes one thing need not mend the others.
 */
export function validate(value: Json, node: SchemaNode, rules: ValidationRules, old?: Json): StatusCause[] {
  const causes = faultsOf(value, node, rules, old);
  const isDuplicate = ({ reason }: StatusCause): boolean => reason === 'FieldValueDuplicate';
  if (old === undefined || !causes.some(isDuplicate)) return causes;
  return faultsOf(old, node, rules).some(isDuplicate) ? causes.filter((cause) => !isDuplicate(cause)) : causes;
}

function faultsOf(value: Json, node: SchemaNode, rules: ValidationRules, old?: Json): StatusCause[] {
  const validator = new Validator(rules);
  validator.check(value, node, old);
  return validator.causes;
}

class Validator {
  causes: StatusCause[] = [];
  visited = 0;
  readonly #path = new FieldPath();

  constructor(readonly rules: ValidationRules) {}

  /** Faults of a value that is what it was before are forgotten again. */
  check(value: Json, node: SchemaNode, old?: Json): void {
    const told = this.causes.length;
    this.#check(value, node, old);
    if (old !== undefined && this.causes.length > told && sameJson(value, old)) this.causes.length = told;
  }

  #check(value: Json, node: SchemaNode, old: Json | undefined): void {
    if (this.causes.length >= MAX_CAUSES) return;
    this.visited += 1;
    if (value === null && (node.nullable || (node.type === undefined && !node.intOrString))) return;
    if (!this.#hasType(value, node)) return;
    const { schema } = node;
    if (typeof value === 'string') this.#checkText(value, schema);
    else if (typeof value === 'number') this.#checkNumber(value, schema);
    else if (Array.isArray(value)) this.#checkList(value, node, Array.isArray(old) ? old : undefined);
    else if (typeof value === 'object' && value !== null)
      this.#checkObject(value as JsonObject, node, isJsonObject(old) ? old : undefined);
    if (schema.enum && !schema.enum.some((allowed) => sameJson(allowed, value)))
      this.#add(notSupported(this.#path.toString(), value, schema.enum));
    if (schema.allOf || schema.anyOf || schema.oneOf || schema.not) this.#checkLogic(value, node);
  }

  #add(cause: StatusCause): void {
    if (this.causes.length < MAX_CAUSES) this.causes.push(cause);
  }

  #invalid(value: Json, rule: string): void {
    const field = this.#path.toString();
    this.#add(invalidValue(field, value, `${field} in body ${rule}`));
  }

  #hasType(value: Json, { type, intOrString }: SchemaNode): boolean {
    const found = typeName(value);
    const fits = intOrString
      ? found === 'integer' || found === 'string'
      : type === undefined || found === type || (type === 'number' && found === 'integer');
    if (fits) return true;
    const field = this.#path.toString();
    const wanted = intOrString ? 'integer,string' : type;
    this.#add(invalidType(field, found, `${field} in body must be of type ${wanted}: ${JSON.stringify(found)}`));
    return false;
  }

  /** Of length and pattern, the first that is wrong is told. */
  #checkText(value: string, { minLength, maxLength, pattern, format }: Schema): void {
    if (maxLength !== undefined && value.length > maxLength && [...value].length > maxLength)
      this.#add(tooLong(this.#path.toString(), maxLength));
    else if (minLength !== undefined && [...value].length < minLength)
      this.#invalid(value, `should be at least ${minLength} chars long`);
    else if (pattern !== undefined && !matchesPattern(value, pattern))
      this.#invalid(value, `should match '${pattern}'`);
    if (format === undefined || hasFormat(value, format)) return;
    const field = this.#path.toString();
    this.#add(invalidType(field, value, `${field} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }

  #checkNumber(value: number, schema: Schema): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
      this.#invalid(value, `should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
    if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
      this.#invalid(value, `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
    if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
      this.#invalid(value, `should be a multiple of ${multipleOf}`);
  }

  #checkList(value: readonly Json[], node: SchemaNode, old: readonly Json[] | undefined): void {
    const { minItems, maxItems, uniqueItems } = node.schema;
    if (maxItems !== undefined && value.length > maxItems)
      this.#add(tooMany(this.#path.toString(), value.length, maxItems));
    if (minItems !== undefined && value.length < minItems)
      this.#invalid(value.length, `should have at least ${minItems} items`);
    if (uniqueItems && value.some((item, index) => value.slice(0, index).some((other) => sameJson(item, other))))
      this.#invalid(value, "shouldn't contain duplicates");
    if (this.rules.custom && (node.listType === 'set' || node.listType === 'map')) this.#checkKeys(value, node);
    const { items } = node;
    if (!items) return;
    const before = old && itemsBefore(old, node);
    for (let index = 0; index < value.length; index += 1) {
      this.#path.push(index);
      const item = value[index] ?? null;
      this.check(item, items, before?.(item, index));
      this.#path.pop();
    }
  }

  /** A set holds each value once, a map each combination of its keys. */
  #checkKeys(value: readonly Json[], node: SchemaNode): void {
    const seen = new Set<string>();
    for (const [index, item] of value.entries()) {
      const key = node.listType === 'map' && isJsonObject(item) ? Object.fromEntries(keysOf(item, node)) : item;
      const text = JSON.stringify(key);
      if (seen.has(text)) this.#add(duplicate(this.#path.toString(index), key));
      seen.add(text);
    }
  }

  #checkObject(value: JsonObject, node: SchemaNode, old: JsonObject | undefined): void {
    const { minProperties, maxProperties } = node.schema;
    for (const name of node.required) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      // Where Go's types are encoded always, null stands for what nobody said.
      if (given === undefined || (given === null && node.goTypes)) this.#add(required(this.#path.toString(name)));
    }
    if (minProperties !== undefined || maxProperties !== undefined) {
      const count = Object.keys(value).length;
      if (maxProperties !== undefined && count > maxProperties)
        this.#add(tooMany(this.#path.toString(), count, maxProperties));
      if (minProperties !== undefined && count < minProperties)
        this.#invalid(count, `should have at least ${minProperties} properties`);
    }
    for (const key in value) {
      const item = value[key];
      if (item === undefined) continue;
      const child = node.child(key);
      if (!child) continue;
      this.#path.push(this.rules.custom || node.properties.has(key) ? key : { key });
      this.check(item, child, old && Object.hasOwn(old, key) ? old[key] : undefined);
      this.#path.pop();
    }
  }

  /** What the logic says is told of no field; what the branch says that fits best is told too. */
  #checkLogic(value: Json, node: SchemaNode): void {
    const { allOf, anyOf, oneOf, not, 'x-kubernetes-int-or-string': intOrString } = node.schema;
    const trial = (schema: Schema): Trial => this.#trial(value, node.part(schema));
    const path = this.#path.toString();
    const complain = (text: string): void =>
      this.#add(typedValue(this.rules.custom ? '' : path, '""', `"${path}" must ${text}`));
    const explain = (trials: readonly Trial[]): void => {
      if (this.rules.custom) for (const cause of closest(trials)) this.#add(cause);
    };
    if (allOf && !(intOrString && allOf.every(isIntOrString))) {
      const failed = allOf.map(trial).filter(({ causes }) => causes.length > 0);
      for (const cause of failed.flatMap(({ causes }) => causes)) this.#add(cause);
      if (failed.length > 0)
        complain(`validate all the schemas (allOf)${failed.length === allOf.length ? '. None validated' : ''}`);
    }
    if (anyOf && !(intOrString && isTypePair(anyOf))) {
      const trials = anyOf.map(trial);
      if (!trials.some(({ causes }) => causes.length === 0)) {
        complain('validate at least one schema (anyOf)');
        explain(trials);
      }
    }
    if (oneOf) {
      const trials = oneOf.map(trial);
      const count = trials.filter(({ causes }) => causes.length === 0).length;
      if (count !== 1)
        complain(
          `validate one and only one schema (oneOf). ${count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`}`,
        );
      if (count === 0) explain(trials);
    }
    if (not && trial(not).causes.length === 0) complain('not validate the schema (not)');
  }

  /** What is wrong by another schema, without saying so: each branch is looked at once, however deep they are nested. */
  #trial(value: Json, node: SchemaNode): Trial {
    const { causes, visited } = this;
    this.causes = [];
    this.visited = 0;
    this.check(value, node);
    const found = { causes: this.causes, visited: this.visited };
    this.causes = causes;
    this.visited = visited + found.visited;
    return found;
  }
}

/** How a value fares by one branch of the logic. */
interface Trial {
  readonly causes: readonly StatusCause[];
  /** How many values the branch has looked at: it fits the better the more it knows. */
  readonly visited: number;
}

const closest = (trials: readonly Trial[]): readonly StatusCause[] =>
  trials.toSorted((a, b) => b.visited - a.visited)[0]?.causes ?? [];

/** The `anyOf: [{type: integer}, {type: string}]` that comes with int-or-string says nothing more. */
const isTypePair = (schemas: readonly Schema[]): boolean =>
  schemas.length === 2 && schemas[0]?.type === 'integer' && schemas[1]?.type === 'string';
const isIntOrString = ({ anyOf }: Schema): boolean => anyOf !== undefined && isTypePair(anyOf);

/** Finds what an item was before: the one with the same keys, or in the same place where the schema says nothing of the list. */
function itemsBefore(old: readonly Json[], node: SchemaNode): (item: Json, index: number) => Json | undefined {
  if (node.listType === undefined) return (_item, index) => old[index];
  if (node.listType !== 'map') return () => undefined;
  const known = new ItemsByKey(old, node);
  return (item) => known.sameAs(item);
}

/** The JSON schema type of a value. */
export function typeName(value: Json): 'null' | 'boolean' | 'string' | 'integer' | 'number' | 'array' | 'object' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as 'boolean' | 'string' | 'object';
}
