import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, KubeObject, StatusCause } from '../object.js';
import { forbiddenField, invalidType, invalidValue, notSupported, required } from './field-cause.js';
import { keywordCauses } from './keywords.js';
import { listTypeCauses } from './list-type.js';
import { openSchema } from './open-schema.js';
import { patternFault } from './pattern.js';
import { ruleCauses } from './rules.js';
import type { Schema } from './schema.js';
import { typeName } from './validate.js';

/** Deeper than any definition people write; the walk of an object goes as deep as its schema. */
const MAX_DEPTH = 200;

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** What may not stand inside `allOf`, `anyOf`, `oneOf` and `not`, which only restrict, with what Kubernetes says of it. */
const STRUCTURE: Readonly<Record<string, string>> = {
  type: 'must be empty to be structural',
  additionalProperties: 'must be undefined to be structural',
  default: 'must be undefined to be structural',
  title: 'must be empty to be structural',
  description: 'must be empty to be structural',
  nullable: 'must be false to be structural',
  externalDocs: 'must be undefined to be structural',
  'x-kubernetes-preserve-unknown-fields': 'must be false to be structural',
  'x-kubernetes-embedded-resource': 'must be false to be structural',
  'x-kubernetes-int-or-string': 'must be false to be structural',
  'x-kubernetes-list-map-keys': 'must be empty to be structural',
  'x-kubernetes-list-type': 'must be undefined to be structural',
  'x-kubernetes-map-type': 'must be undefined to be structural',
  'x-kubernetes-validations': 'must be empty to be structural',
};

/** What the schema of the root's metadata may hold: more is implied, and may not be said otherwise. */
const ROOT_METADATA = new Set(['type', 'properties', 'default', 'example']);

/**
 * Why a CRD's schema is no structural schema, one cause a fault; none when it is one, and may be opened. `path` is where
 * it stands: `spec.versions[0].schema.openAPIV3Schema`.
 */
export function structuralCauses(schema: Json, path: string): StatusCause[] {
  if (!isJsonObject(schema)) return [invalidType(path, typeName(schema), 'must be an object')];
  const keywords = new KeywordWalk(path);
  keywords.visit(schema, path, 0);
  if (keywords.isUnreadable) return keywords.causes;
  const structure = new StructureWalk();
  structure.visit(schema, path, 'root');
  structure.completeness(schema, schema, path, path);
  const causes = [...keywords.causes, ...structure.causes];
  return causes.length > 0 ? causes : defaultCauses(schema, path, true);
}

/** What is wrong with the keywords of a schema, wherever it stands. */
class KeywordWalk {
  readonly causes: StatusCause[] = [];
  /** Set when there is something that the structure cannot be seen through. */
  isUnreadable = false;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  visit(schema: JsonObject, path: string, depth: number): void {
    if (depth > MAX_DEPTH) {
      this.#stop(forbiddenField(path, `must not be nested deeper than ${MAX_DEPTH}`));
      return;
    }
    const causes = keywordCauses(schema, path);
    if (causes.length > 0) this.#stop(...causes);
    if (schema['$schema'] !== undefined)
      this.causes.push(invalidValue(this.#root, '', "OpenAPIV3Schema 'schema' is not supported"));
    this.#type(schema, path);
    this.#properties(schema, path);
    if (schema['x-kubernetes-preserve-unknown-fields'] === false)
      this.#stop(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
    this.causes.push(...listTypeCauses(schema, path));
    for (const [child, step] of childrenOf(schema)) this.visit(child, `${path}.${step}`, depth + 1);
  }

  #stop(...causes: readonly StatusCause[]): void {
    this.causes.push(...causes);
    this.isUnreadable = true;
  }

  #type({ type, uniqueItems }: JsonObject, path: string): void {
    if (type === 'null')
      this.causes.push(forbiddenField(`${path}.type`, 'type cannot be set to null, use nullable as an alternative'));
    if (type !== undefined && !TYPES.includes(String(type)))
      this.causes.push(notSupported(`${path}.type`, type, TYPES));
    if (uniqueItems === true) {
      const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
      this.causes.push(forbiddenField(`${path}.uniqueItems`, why));
    }
  }

  #properties({ properties, additionalProperties }: JsonObject, path: string): void {
    const isNamed = isJsonObject(properties) && Object.keys(properties).length > 0;
    if (isNamed && additionalProperties !== undefined && additionalProperties !== true) {
      const why = 'additionalProperties and properties are mutual exclusive';
      this.causes.push(forbiddenField(`${path}.additionalProperties`, why));
    }
  }
}

/** The schemas inside a schema, each with the path from it. */
function childrenOf(schema: JsonObject): readonly (readonly [JsonObject, string])[] {
  const { properties, additionalProperties, items, not } = schema;
  const found: [Json | undefined, string][] = [
    [items, 'items'],
    [additionalProperties, 'additionalProperties'],
    [not, 'not'],
  ];
  if (isJsonObject(properties))
    for (const [name, property] of Object.entries(properties)) found.push([property, `properties[${name}]`]);
  for (const logic of ['allOf', 'anyOf', 'oneOf'])
    for (const [index, part] of list(schema[logic]).entries()) found.push([part, `${logic}[${index}]`]);
  return found.flatMap(([child, step]) => (isJsonObject(child) ? [[child, step] as const] : []));
}

type Place = 'root' | 'field' | 'item';

/** What keeps a schema from describing one structure. */
class StructureWalk {
  readonly causes: StatusCause[] = [];

  visit(schema: JsonObject, path: string, place: Place): void {
    const { type, items, properties, additionalProperties } = schema;
    if (type === 'array' && !isJsonObject(items)) this.causes.push(required(`${path}.items`, 'must be specified'));
    if (isJsonObject(items)) this.visit(items, `${path}.items`, 'item');
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {}))
      if (isJsonObject(property)) this.visit(property, `${path}.properties[${name}]`, 'field');
    if (additionalProperties !== undefined && place === 'root')
      this.causes.push(forbiddenField(`${path}.additionalProperties`, 'must not be used at the root'));
    if (isJsonObject(additionalProperties)) this.visit(additionalProperties, `${path}.additionalProperties`, 'field');
    this.#extensions(schema, path);
    this.#type(schema, path, place);
    this.#resource(schema, path, place);
    this.#logic(schema, path);
  }

  #extensions(schema: JsonObject, path: string): void {
    if (schema['x-kubernetes-int-or-string'] !== true) return;
    for (const other of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']) {
      if (schema[other] !== true) continue;
      this.causes.push(invalidValue(`${path}.${other}`, true, 'must be false if x-kubernetes-int-or-string is true'));
    }
  }

  #type(schema: JsonObject, path: string, place: Place): void {
    const { type } = schema;
    const at = `${path}.type`;
    if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
      const why = 'must be object if x-kubernetes-embedded-resource is true';
      this.causes.push(type === undefined ? required(at, why) : invalidValue(at, type, why));
    } else if (type === undefined && !isFree(schema)) {
      const where = { root: 'at the root', item: 'for specified array items', field: 'for specified object fields' };
      this.causes.push(required(at, `must not be empty ${where[place]}`));
    }
    if (place === 'root' && type !== undefined && type !== 'object')
      this.causes.push(invalidValue(at, type, 'must be object at the root'));
  }

  /** A resource, at the root or embedded, has a kind, a version and metadata of its own. */
  #resource(schema: JsonObject, path: string, place: Place): void {
    const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
    const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
    if (isEmbedded && schema['additionalProperties'] !== undefined) {
      const why = 'must not be used if x-kubernetes-embedded-resource is set';
      this.causes.push(forbiddenField(`${path}.additionalProperties`, why));
    }
    if (isEmbedded && schema['x-kubernetes-preserve-unknown-fields'] !== true && Object.keys(properties).length === 0) {
      const why =
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
      this.causes.push(required(`${path}.properties`, why));
    }
    if (!isEmbedded && place !== 'root') return;
    for (const [name, wanted] of [
      ['kind', 'string'] as const,
      ['apiVersion', 'string'] as const,
      ['metadata', 'object'] as const,
    ]) {
      const property = properties[name];
      if (isJsonObject(property) && property['type'] !== wanted)
        this.causes.push(invalidValue(`${path}.properties[${name}].type`, property['type'] ?? '', `must be ${wanted}`));
    }
    if (place === 'root' && isJsonObject(properties['metadata']))
      this.#rootMetadata(properties['metadata'], `${path}.properties[metadata]`);
  }

  /** At the root, `metadata` may restrict the names only: what metadata is, Kubernetes says. */
  #rootMetadata(metadata: JsonObject, path: string): void {
    const inner = isJsonObject(metadata['properties']) ? Object.keys(metadata['properties']) : [];
    const says = Object.keys(metadata).filter((key) => metadata[key] !== undefined && !ROOT_METADATA.has(key));
    if (says.length > 0 || inner.some((name) => name !== 'name' && name !== 'generateName')) {
      const why = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
      this.causes.push(forbiddenField(path, why));
    }
    if (metadata['default'] !== undefined)
      this.causes.push(forbiddenField(`${path}.default`, 'must not be set in top-level metadata'));
  }

  #logic(schema: JsonObject, path: string): void {
    const { not, pattern } = schema;
    const [first] = list(schema['allOf']);
    for (const logic of ['anyOf', 'allOf', 'oneOf']) {
      if (logic === 'anyOf' && isTypePair(schema['anyOf'])) continue;
      for (const [index, part] of list(schema[logic]).entries()) {
        const isPair = logic === 'allOf' && index === 0 && isJsonObject(first) && isTypePair(first['anyOf']);
        if (isJsonObject(part)) this.#restriction(part, `${path}.${logic}[${index}]`, isPair);
      }
    }
    if (isJsonObject(not)) this.#restriction(not, `${path}.not`, false);
    const fault = typeof pattern === 'string' ? patternFault(pattern) : undefined;
    if (fault !== undefined) {
      const why = `must be a valid regular expression, but isn't: ${fault}`;
      this.causes.push(invalidValue(`${path}.pattern`, pattern ?? '', why));
    }
  }

  /** A branch of the logic restricts what the schema around it describes; it describes nothing itself. */
  #restriction(part: JsonObject, path: string, hasTypePair: boolean): void {
    const { anyOf, items, properties, ...rest } = part;
    this.#logic(hasTypePair ? rest : { ...rest, ...(anyOf === undefined ? {} : { anyOf }) }, path);
    if (isJsonObject(items)) this.#restriction(items, `${path}.items`, false);
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {}))
      if (isJsonObject(property)) this.#restriction(property, `${path}.properties[${name}]`, false);
    for (const [keyword, why] of Object.entries(STRUCTURE)) {
      const value = part[keyword];
      const isSet =
        value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);
      if (isSet || (keyword === 'additionalProperties' && value === false))
        this.causes.push(forbiddenField(`${path}.${keyword}`, why));
    }
    if (isJsonObject(properties) && properties['metadata'] !== undefined)
      this.causes.push(forbiddenField(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }

  /** What the logic at the root restricts has to be described by the structure. */
  completeness(part: JsonObject, around: JsonObject, path: string, aroundPath: string): void {
    const { not } = part;
    const branches: [Json, string][] = ['allOf', 'anyOf', 'oneOf'].flatMap((logic) =>
      list(part[logic]).map((branch, index): [Json, string] => [branch, `${logic}[${index}]`]),
    );
    if (not !== undefined) branches.push([not, 'not']);
    for (const [branch, step] of branches)
      if (isJsonObject(branch)) this.#described(branch, around, `${path}.${step}`, aroundPath);
  }

  #described(part: JsonObject, around: JsonObject, path: string, aroundPath: string): void {
    this.completeness(part, around, path, aroundPath);
    const { items, properties } = part;
    const described = isJsonObject(around['properties']) ? around['properties'] : {};
    for (const [name, property] of Object.entries(isJsonObject(properties) ? properties : {})) {
      const outer = Object.hasOwn(described, name) ? described[name] : undefined;
      const [here, there] = [`${path}.properties[${name}]`, `${aroundPath}.properties[${name}]`];
      if (!isJsonObject(outer)) this.causes.push(required(there, `because it is defined in ${here}`));
      else if (isJsonObject(property)) this.#described(property, outer, here, there);
    }
    if (!isJsonObject(items)) return;
    if (isJsonObject(around['items'])) this.#described(items, around['items'], `${path}.items`, `${aroundPath}.items`);
    else this.causes.push(required(`${aroundPath}.items`, `because it is defined in ${path}.items`));
  }
}

const isFree = (schema: JsonObject): boolean =>
  schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;

/** The `anyOf: [{type: integer}, {type: string}]` that may come with int-or-string. */
function isTypePair(anyOf: Json | undefined): boolean {
  const pair = list(anyOf).map((part) =>
    isJsonObject(part) && Object.keys(part).length === 1 ? part['type'] : undefined,
  );
  return pair.length === 2 && pair[0] === 'integer' && pair[1] === 'string';
}

/** Defaults are values of their schema, also by its rules, and hold no unknown fields. */
function defaultCauses(schema: JsonObject, path: string, isResource: boolean): StatusCause[] {
  const { properties, items } = schema;
  const value = schema['default'];
  const own = value === undefined || value === null ? [] : ownDefaultCauses(schema, value, path, isResource);
  const fields = Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, property]) =>
    isJsonObject(property) ? defaultCauses(property, `${path}.properties[${name}]`, false) : [],
  );
  return [...own, ...fields, ...(isJsonObject(items) ? defaultCauses(items, `${path}.items`, false) : [])];
}

function ownDefaultCauses(schema: JsonObject, value: Json, path: string, isResource: boolean): StatusCause[] {
  const at = `${path}.default`;
  const holder = openSchema({ type: 'object', properties: { value: schema as unknown as Schema } });
  const object = { apiVersion: '', kind: '', metadata: {}, value } as KubeObject;
  if (holder.prune(object).unknown.length > 0) return [invalidValue(at, value, 'must not have unknown fields')];
  const isEmbedded = isResource || schema['x-kubernetes-embedded-resource'] === true;
  const missing = ['apiVersion', 'kind'].filter(
    (name) => isEmbedded && isJsonObject(value) && value[name] === undefined,
  );
  if (missing.length > 0) return missing.map((name) => required(`${at}.${name}`, 'must not be empty'));
  const shape = holder.validate(object).filter(({ reason }) => reason !== 'FieldValueDuplicate');
  const found = [...shape, ...ruleCauses(holder, { object, found: shape })];
  return found.map((cause) => ({
    ...cause,
    field: `${at}${(cause.field ?? '').replace(/^(value|<nil>)/, '')}`,
    message: (cause.message ?? '').replace(/: value( in body |\.)/, ': $1').replace(': .', ': '),
  }));
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
