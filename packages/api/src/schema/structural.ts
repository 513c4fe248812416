import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, StatusCause } from '../object.js';
import { forbiddenField, invalidType, invalidValue, notSupported, required } from './field-cause.js';
import { keywordCauses } from './keywords.js';
import { listTypeCauses } from './list-type.js';
import { openSchema } from './open-schema.js';
import { patternFault } from './pattern.js';
import type { Schema } from './schema.js';
import { typeName } from './validate.js';

/** Deeper than any definition people write; the walk of an object goes as deep as its schema. */
const MAX_DEPTH = 200;

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean'];

/** Keywords that may not stand inside `allOf`, `anyOf`, `oneOf` and `not`, which only restrict. */
const STRUCTURE = [
  'type',
  'default',
  'nullable',
  'title',
  'description',
  'additionalProperties',
  'properties',
] as const;

/**
 * Why a CRD's schema is no structural schema, one cause a fault; none when it is one, and may be opened. `path` is where
 * it stands: `spec.versions[0].schema.openAPIV3Schema`.
 */
export function structuralCauses(schema: Json, path: string): StatusCause[] {
  const walk = new Walk();
  if (!isJsonObject(schema)) return [invalidType(path, typeName(schema), 'must be an object')];
  if (schema['type'] !== 'object')
    walk.causes.push(
      schema['type'] === undefined
        ? required(`${path}.type`, 'must not be empty at the root')
        : invalidValue(`${path}.type`, schema['type'], 'must be object at the root'),
    );
  walk.node(schema, path, 0, 'root');
  walk.metadata(schema, path);
  return walk.causes;
}

type Place = 'root' | 'field' | 'item' | 'value';

class Walk {
  readonly causes: StatusCause[] = [];

  node(schema: JsonObject, path: string, depth: number, place: Place): void {
    if (depth > MAX_DEPTH) {
      this.causes.push(forbiddenField(path, `must not be nested deeper than ${MAX_DEPTH}`));
      return;
    }
    if (!this.#keywords(schema, path)) return;
    this.#type(schema, path, place);
    this.#extensions(schema, path);
    this.#children(schema, path, depth);
    for (const logic of ['allOf', 'anyOf', 'oneOf'] as const) {
      for (const [index, part] of list(schema[logic]).entries())
        this.#restriction(part, schema, `${path}.${logic}[${index}]`, depth);
    }
    if (schema['not'] !== undefined) this.#restriction(schema['not'], schema, `${path}.not`, depth);
    if (schema['default'] !== undefined && this.causes.length === 0) this.#default(schema, path);
  }

  /** At the root, `metadata` may restrict the name only: what metadata is, Kubernetes says. */
  metadata(schema: JsonObject, path: string): void {
    const properties = schema['properties'];
    const metadata = isJsonObject(properties) ? properties['metadata'] : undefined;
    if (!isJsonObject(metadata)) return;
    if (metadata['type'] !== 'object')
      this.causes.push(invalidValue(`${path}.properties[metadata].type`, metadata['type'] ?? '', 'must be object'));
    const inner = metadata['properties'];
    for (const name of isJsonObject(inner) ? Object.keys(inner) : []) {
      if (name !== 'name' && name !== 'generateName')
        this.causes.push(
          forbiddenField(
            `${path}.properties[metadata].properties[${name}]`,
            'must not specify anything other than name and generateName, but metadata is implicitly specified',
          ),
        );
    }
  }

  /** Whether the keywords are ones to look further at. */
  #keywords(schema: JsonObject, path: string): boolean {
    const causes = keywordCauses(schema, path);
    this.causes.push(...causes);
    return causes.length === 0;
  }

  #type(schema: JsonObject, path: string, place: Place): void {
    const { type, pattern } = schema;
    const free =
      schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
    if (type === undefined && !free && place !== 'root')
      this.causes.push(
        required(
          `${path}.type`,
          `must not be empty for specified ${place === 'item' ? 'array items' : 'object fields'}`,
        ),
      );
    if (type !== undefined && !TYPES.includes(String(type)))
      this.causes.push(notSupported(`${path}.type`, type, TYPES));
    if (schema['x-kubernetes-int-or-string'] === true && schema['x-kubernetes-preserve-unknown-fields'] === true)
      this.causes.push(
        invalidValue(
          `${path}.x-kubernetes-preserve-unknown-fields`,
          true,
          'must be false if x-kubernetes-int-or-string is true',
        ),
      );
    const fault = typeof pattern === 'string' ? patternFault(pattern) : undefined;
    if (fault !== undefined)
      this.causes.push(
        invalidValue(`${path}.pattern`, pattern ?? '', `must be a valid regular expression, but isn't: ${fault}`),
      );
    if (schema['uniqueItems'] === true)
      this.causes.push(
        forbiddenField(
          `${path}.uniqueItems`,
          'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
        ),
      );
  }

  #extensions(schema: JsonObject, path: string): void {
    const preserve = schema['x-kubernetes-preserve-unknown-fields'];
    if (preserve === false)
      this.causes.push(
        invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'),
      );
    if (schema['x-kubernetes-embedded-resource'] === true) {
      if (schema['type'] !== 'object')
        this.causes.push(
          invalidValue(
            `${path}.type`,
            schema['type'] ?? '',
            'must be object if x-kubernetes-embedded-resource is true',
          ),
        );
      if (preserve !== true && schema['properties'] === undefined)
        this.causes.push(
          required(
            `${path}.properties`,
            'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
          ),
        );
    }
    const mapType = schema['x-kubernetes-map-type'];
    if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular')
      this.causes.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
    this.causes.push(...listTypeCauses(schema, path));
  }

  #children(schema: JsonObject, path: string, depth: number): void {
    const { type, properties, additionalProperties, items } = schema;
    if (type === 'array' && items === undefined) this.causes.push(required(`${path}.items`, 'must be specified'));
    if (isJsonObject(items)) this.node(items, `${path}.items`, depth + 1, 'item');
    if (isJsonObject(properties)) {
      for (const [name, property] of Object.entries(properties)) {
        const inner = `${path}.properties[${name}]`;
        if (isJsonObject(property)) this.node(property, inner, depth + 1, 'field');
        else this.causes.push(invalidType(inner, typeName(property ?? null), 'must be an object'));
      }
    }
    if (additionalProperties === false)
      this.causes.push(forbiddenField(`${path}.additionalProperties`, 'additionalProperties cannot be set to false'));
    if (additionalProperties !== undefined && isJsonObject(properties) && Object.keys(properties).length > 0)
      this.causes.push(
        forbiddenField(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
      );
    if (isJsonObject(additionalProperties))
      this.node(additionalProperties, `${path}.additionalProperties`, depth + 1, 'value');
  }

  /** A branch of the logic restricts what the schema around it describes; it describes nothing itself. */
  #restriction(part: Json, around: JsonObject, path: string, depth: number): void {
    if (!isJsonObject(part)) {
      this.causes.push(invalidType(path, typeName(part), 'must be an object'));
      return;
    }
    if (depth > MAX_DEPTH || !this.#keywords(part, path)) return;
    const types = around['x-kubernetes-int-or-string'] === true;
    for (const keyword of STRUCTURE) {
      if (part[keyword] === undefined || keyword === 'properties' || (keyword === 'type' && types)) continue;
      this.causes.push(forbiddenField(`${path}.${keyword}`, 'must be empty to be structural'));
    }
    const fault = typeof part['pattern'] === 'string' ? patternFault(part['pattern']) : undefined;
    if (fault !== undefined)
      this.causes.push(
        invalidValue(
          `${path}.pattern`,
          part['pattern'] ?? '',
          `must be a valid regular expression, but isn't: ${fault}`,
        ),
      );
    const described = isJsonObject(around['properties']) ? around['properties'] : {};
    for (const [name, inner] of Object.entries(isJsonObject(part['properties']) ? part['properties'] : {})) {
      const outer = Object.hasOwn(described, name) ? described[name] : undefined;
      if (!isJsonObject(outer))
        this.causes.push(
          required(
            `${path.replace(/\.\w+(\[\d+\])?$/, '')}.properties[${name}]`,
            `because it is defined in ${path}.properties[${name}]`,
          ),
        );
      else this.#restriction(inner ?? null, outer, `${path}.properties[${name}]`, depth + 1);
    }
    if (isJsonObject(part['items']))
      this.#restriction(
        part['items'],
        isJsonObject(around['items']) ? around['items'] : {},
        `${path}.items`,
        depth + 1,
      );
    for (const logic of ['allOf', 'anyOf', 'oneOf']) {
      for (const [index, inner] of list(part[logic]).entries())
        this.#restriction(inner, around, `${path}.${logic}[${index}]`, depth + 1);
    }
    if (part['not'] !== undefined) this.#restriction(part['not'], around, `${path}.not`, depth + 1);
  }

  /** A default is a value of its schema. Looked at only once the schema itself is sound. */
  #default(schema: JsonObject, path: string): void {
    const value = schema['default'] ?? null;
    const holder = openSchema({ type: 'object', properties: { value: schema as unknown as Schema } });
    const object = { apiVersion: '', kind: '', metadata: {}, value };
    const { unknown } = holder.prune(object);
    const causes = holder.validate(object);
    const [cause] = causes;
    if (unknown.length > 0) this.causes.push(invalidValue(`${path}.default`, value, 'must not have unknown fields'));
    else if (cause)
      this.causes.push({ ...cause, field: `${path}.default${(cause.field ?? '').slice('value'.length)}` });
  }
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
