import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { harvesterCrds, rancherCrds } from '../schemas.js';
import { structuralCauses } from './structural.js';

const text: Json = { type: 'string' };
const root = (properties: Json, more: object = {}): Json => ({ type: 'object', properties, ...more });
const told = (schema: Json): string[] =>
  structuralCauses(schema, 's').map(({ field, message }) => `${field}: ${message}`);

describe("a definition's schema", () => {
  it.each<[string, Json]>([
    ['with plain fields', root({ spec: root({ a: text, b: { type: 'array', items: text } }) })],
    [
      'with int-or-string',
      root({ a: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, text], pattern: '^1$' } }),
    ],
    ['with anything', root({ a: { 'x-kubernetes-preserve-unknown-fields': true } })],
    ['with a map', root({ a: { type: 'object', additionalProperties: text } })],
    [
      'with a keyed list',
      root({
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: root({ k: text }, { required: ['k'] }),
        },
      }),
    ],
    ['with a restriction', root({ a: text }, { oneOf: [{ required: ['a'] }, { properties: { a: { enum: ['x'] } } }] })],
    ['with a default', root({ a: { ...(text as object), default: 'x' } })],
    ['with a rule for the name', root({ metadata: root({ name: { ...(text as object), maxLength: 5 } }) })],
  ])('%s is structural', (_name, schema) => {
    expect(told(schema)).toEqual([]);
  });

  it.each<[string, Json, string]>([
    ['without a type', { properties: {} }, 's.type: Required value: must not be empty at the root'],
    ['of another type', { type: 'string' }, 's.type: Invalid value: "string": must be object at the root'],
    [
      'with a field without type',
      root({ a: {} }),
      's.properties[a].type: Required value: must not be empty for specified object fields',
    ],
    [
      'with an item without type',
      root({ a: { type: 'array', items: {} } }),
      's.properties[a].items.type: Required value: must not be empty for specified array items',
    ],
    [
      'with a list of nothing',
      root({ a: { type: 'array' } }),
      's.properties[a].items: Required value: must be specified',
    ],
    [
      'with a type nobody knows',
      root({ a: { type: 'date' } }),
      's.properties[a].type: Unsupported value: "date": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
    ['with a reference', root({ a: { $ref: '#/a' } }), 's.properties[a].$ref: Forbidden: $ref is not supported'],
    [
      'with both kinds of properties',
      root({ a: text }, { additionalProperties: text }),
      's.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive',
    ],
    [
      'closed',
      { type: 'object', additionalProperties: false },
      's.additionalProperties: Forbidden: must not be used at the root',
    ],
    [
      'with unique items',
      root({ a: { type: 'array', items: text, uniqueItems: true } }),
      's.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    ],
    [
      'with a broken pattern',
      root({ a: { type: 'string', pattern: '(' } }),
      's.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn\'t',
    ],
    [
      'with a pattern RE2 does not have',
      root({ a: { type: 'string', pattern: '(?=a)' } }),
      'must be a valid regular expression',
    ],
    [
      'with a default of another type',
      root({ a: { type: 'string', default: 1 } }),
      's.properties[a].default: Invalid value: "integer":  in body must be of type string',
    ],
    [
      'with a default of unknown fields',
      root({ a: { type: 'object', properties: { b: text }, default: { c: 1 } } }),
      'must not have unknown fields',
    ],
    [
      'with a keyed list without keys',
      root({ a: { type: 'array', items: root({}), 'x-kubernetes-list-type': 'map' } }),
      's.properties[a].x-kubernetes-list-map-keys: Required value',
    ],
    [
      'with a key that may be missing',
      root({
        a: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['k'],
          items: root({ k: text }),
        },
      }),
      'so it must have a default or be a required property',
    ],
    [
      'with a set of objects',
      root({ a: { type: 'array', items: root({}), 'x-kubernetes-list-type': 'set' } }),
      'must be atomic as item of a list',
    ],
    [
      'with a type in a restriction',
      root({ a: text }, { anyOf: [{ type: 'object' }] }),
      's.anyOf[0].type: Forbidden: must be empty to be structural',
    ],
    [
      'restricting what it does not describe',
      root({}, { anyOf: [{ properties: { a: { minLength: 1 } } }] }),
      's.properties[a]: Required value: because it is defined in s.anyOf[0].properties[a]',
    ],
    [
      'that describes metadata',
      root({ metadata: root({ labels: { type: 'object' } }) }),
      'must not specify anything other than name and generateName',
    ],
    [
      'with a keyword of the wrong type',
      root({ a: { type: 'string', maxLength: 'long' } }),
      's.properties[a].maxLength: Invalid value: "string": must be integer',
    ],
    ['that is a list', [], 's: Invalid value: "array": must be an object'],
  ])('%s is not', (_name, schema, cause) => {
    expect(told(schema).join('\n')).toContain(cause);
  });

  it('may not be nested without end', () => {
    let schema: Json = text;
    for (let depth = 0; depth < 300; depth += 1) schema = root({ a: schema });
    expect(told(schema).join()).toContain('nested deeper');
  });

  it('is structural in every definition we ship', () => {
    for (const { metadata, spec } of [...harvesterCrds(), ...rancherCrds()]) {
      const causes = spec.versions.flatMap(({ schema }) =>
        structuralCauses((schema?.openAPIV3Schema ?? null) as unknown as Json, metadata.name ?? ''),
      );
      expect(causes).toEqual([]);
    }
  });
});
