import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { openSchema } from './open-schema.js';
import type { Schema } from './schema.js';

const kind = (spec: Schema): Schema => ({ type: 'object', properties: { spec } });
const object = (spec: Json): KubeObject =>
  ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec }) as KubeObject;
const specOf = (kube: KubeObject): Json | undefined => (kube as unknown as JsonObject)['spec'];
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const any: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
const fields = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...more,
});

describe('pruning', () => {
  it.each<[string, Schema, Json, Json, string[]]>([
    ['keeps what is known', fields({ a: text }), { a: 'x' }, { a: 'x' }, []],
    ['drops what is not', fields({ a: text }), { a: 'x', b: 1 }, { a: 'x' }, ['spec.b']],
    ['drops everything from an object without fields', { type: 'object' }, { a: 1, b: 2 }, {}, ['spec.a', 'spec.b']],
    [
      'keeps unknown fields where told to',
      fields({ a: text }, any),
      { a: 'x', b: { c: 1 } },
      { a: 'x', b: { c: 1 } },
      [],
    ],
    [
      'still drops below known fields there',
      fields({ a: fields({}) }, any),
      { a: { b: 1 }, c: 1 },
      { a: {}, c: 1 },
      ['spec.a.b'],
    ],
    [
      'walks lists',
      { type: 'array', items: fields({ a: text }) },
      [{ a: '1' }, { b: 2 }],
      [{ a: '1' }, {}],
      ['spec[1].b'],
    ],
    [
      'walks maps',
      { type: 'object', additionalProperties: fields({ a: text }) },
      { k: { a: '1', b: 2 } },
      { k: { a: '1' } },
      ['spec.k.b'],
    ],
    [
      'keeps any key where any is allowed',
      { type: 'object', additionalProperties: true },
      { k: { a: 1 } },
      { k: { a: 1 } },
      [],
    ],
    [
      'keeps apiVersion, kind and metadata of an embedded object',
      fields({ spec: fields({ a: text }) }, { 'x-kubernetes-embedded-resource': true }),
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { a: '1', b: 1 }, c: 1 },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { a: '1' } },
      ['spec.spec.b', 'spec.c'],
    ],
    ['leaves a value of the wrong type for validation to refuse', fields({ a: text }), 'x', 'x', []],
  ])('%s', (_name, schema, spec, expected, unknown) => {
    const given = object(spec);
    const before = structuredClone(given);
    const pruned = openSchema(kind(schema)).prune(given);
    expect(specOf(pruned.object)).toEqual(expected);
    expect(pruned.unknown).toEqual(unknown);
    expect(given).toEqual(before);
    if (unknown.length === 0) expect(pruned.object).toBe(given);
  });

  it('knows the fields of metadata', () => {
    const given = { ...object({}), metadata: { name: 'x', labels: { a: 'b' }, color: 'red' } };
    const { object: pruned, unknown } = openSchema(kind(fields({}))).prune(given);
    expect(pruned.metadata).toEqual({ name: 'x', labels: { a: 'b' } });
    expect(unknown).toEqual(['metadata.color']);
  });
});

describe('defaulting', () => {
  it.each<[string, Schema, Json, Json]>([
    ['fills a missing field', fields({ a: { ...text, default: 'x' } }), {}, { a: 'x' }],
    ['leaves a given one', fields({ a: { ...text, default: 'x' } }), { a: '' }, { a: '' }],
    ['takes null for missing', fields({ a: { ...text, default: 'x' } }), { a: null }, { a: 'x' }],
    [
      'leaves null where null is a value',
      fields({ a: { ...text, default: 'x', nullable: true } }),
      { a: null },
      { a: null },
    ],
    ['drops null that is no value', fields({ a: text }), { a: null }, {}],
    ['does not make an object just to fill it', fields({ o: fields({ a: { ...text, default: 'x' } }) }), {}, {}],
    [
      'fills an object that is a default',
      fields({ o: { ...fields({ a: { ...text, default: 'x' } }), default: {} } }),
      {},
      { o: { a: 'x' } },
    ],
    [
      'fills elements of lists',
      { type: 'array', items: fields({ a: { ...integer, default: 1 } }) },
      [{}, { a: 2 }],
      [{ a: 1 }, { a: 2 }],
    ],
    [
      'fills values of maps',
      { type: 'object', additionalProperties: fields({ a: { ...integer, default: 1 } }) },
      { k: {} },
      { k: { a: 1 } },
    ],
  ])('%s', (_name, schema, spec, expected) => {
    const given = object(spec);
    const before = structuredClone(given);
    expect(specOf(openSchema(kind(schema)).withDefaults(given))).toEqual(expected);
    expect(given).toEqual(before);
  });

  it('leaves nulls that no default is for where it is asked to, but none in the metadata', () => {
    const item = fields({ a: text, b: { ...text, default: 'x' } });
    const schema = openSchema(kind(fields({ a: text, list: { type: 'array', items: item } })));
    const given = object({ a: null, list: [{ a: null, b: null }] });
    const labelled = { ...given, metadata: { ...given.metadata, labels: null } } as unknown as typeof given;
    const filled = schema.withDefaultsAndNulls(labelled);
    expect(specOf(filled)).toEqual({ a: null, list: [{ a: null, b: 'x' }] });
    expect(filled.metadata).toEqual(given.metadata);
  });

  it('gives each object a default of its own', () => {
    const schema = openSchema(kind({ type: 'array', items: text, default: [] }));
    const [first, second] = [schema.withDefaults(object(null)), schema.withDefaults(object(null))];
    expect(specOf(first)).toEqual([]);
    expect(specOf(second)).not.toBe(specOf(first));
  });
});

describe('validation', () => {
  it.each<[string, Schema, Json, string[]]>([
    ['nothing wrong', fields({ a: text }), { a: 'x' }, []],
    ['a missing field', fields({ a: text }, { required: ['a'] }), {}, ['spec.a: Required value']],
    [
      'text for a number',
      fields({ a: integer }),
      { a: '1' },
      ['spec.a: Invalid value: "string": spec.a in body must be of type integer: "string"'],
    ],
    [
      'a fraction for a whole number',
      fields({ a: integer }),
      { a: 1.5 },
      ['spec.a: Invalid value: "number": spec.a in body must be of type integer: "number"'],
    ],
    ['a whole number for any number', fields({ a: { type: 'number' } }), { a: 1 }, []],
    [
      'a list for an object',
      fields({ a: fields({}) }),
      { a: [] },
      ['spec.a: Invalid value: "array": spec.a in body must be of type object: "array"'],
    ],
    [
      'null',
      fields({ a: text }),
      { a: null },
      ['spec.a: Invalid value: "null": spec.a in body must be of type string: "null"'],
    ],
    ['null where allowed', fields({ a: { ...text, nullable: true } }), { a: null }, []],
    [
      'a value not listed',
      fields({ a: { ...text, enum: ['x', 'y'] } }),
      { a: 'z' },
      ['spec.a: Unsupported value: "z": supported values: "x", "y"'],
    ],
    [
      'text without the pattern',
      fields({ a: { ...text, pattern: '^a+$' } }),
      { a: 'b' },
      ['spec.a: Invalid value: "b": spec.a in body should match \'^a+$\''],
    ],
    [
      'text that is too long',
      fields({ a: { ...text, maxLength: 2 } }),
      { a: 'abc' },
      ['spec.a: Too long: may not be more than 2 bytes'],
    ],
    ['characters, not units, counted', fields({ a: { ...text, maxLength: 1 } }), { a: '😀' }, []],
    [
      'text that is too short',
      fields({ a: { ...text, minLength: 1 } }),
      { a: '' },
      ['spec.a: Invalid value: "": spec.a in body should be at least 1 chars long'],
    ],
    [
      'a number too small',
      fields({ a: { ...integer, minimum: 0 } }),
      { a: -1 },
      ['spec.a: Invalid value: -1: spec.a in body should be greater than or equal to 0'],
    ],
    [
      'a number too large',
      fields({ a: { ...integer, maximum: 3, exclusiveMaximum: true } }),
      { a: 3 },
      ['spec.a: Invalid value: 3: spec.a in body should be less than 3'],
    ],
    [
      'too few elements',
      fields({ a: { type: 'array', items: text, minItems: 1 } }),
      { a: [] },
      ['spec.a: Invalid value: 0: spec.a in body should have at least 1 items'],
    ],
    [
      'too many elements',
      fields({ a: { type: 'array', items: text, maxItems: 1 } }),
      { a: ['x', 'y'] },
      ['spec.a: Too many: 2: must have at most 1 items'],
    ],
    [
      'an element of the wrong type',
      fields({ a: { type: 'array', items: text } }),
      { a: ['x', 1] },
      ['spec.a[1]: Invalid value: "integer": spec.a[1] in body must be of type string: "integer"'],
    ],
    [
      'a value of the wrong type in a map',
      fields({ a: { type: 'object', additionalProperties: text } }),
      { a: { k: 1 } },
      ['spec.a.k: Invalid value: "integer": spec.a.k in body must be of type string: "integer"'],
    ],
    [
      'a set with duplicates',
      fields({ a: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' } }),
      { a: ['x', 'x'] },
      ['spec.a[1]: Duplicate value: "x"'],
    ],
    [
      'a keyed list with duplicates',
      fields({
        a: {
          type: 'array',
          items: fields({ name: text, v: text }),
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      }),
      {
        a: [
          { name: 'x', v: '1' },
          { name: 'x', v: '2' },
        ],
      },
      ['spec.a[1]: Duplicate value: map[string]interface {}{"name":"x"}'],
    ],
    [
      'a number or text',
      fields({ a: { 'x-kubernetes-int-or-string': true, anyOf: [integer, text] } }),
      { a: '80%' },
      [],
    ],
    [
      'neither number nor text',
      fields({ a: { 'x-kubernetes-int-or-string': true } }),
      { a: true },
      ['spec.a: Invalid value: "boolean": spec.a in body must be of type integer,string: "boolean"'],
    ],
    [
      'none of several',
      fields({ a: { ...text, anyOf: [{ minLength: 3 }, { pattern: '^x' }] } }),
      { a: 'y' },
      [
        '<nil>: Invalid value: "": "spec.a" must validate at least one schema (anyOf)',
        'spec.a: Invalid value: "y": spec.a in body should be at least 3 chars long',
      ],
    ],
    [
      'two of one',
      fields({ a: { ...integer, oneOf: [{ minimum: 1 }, { minimum: 2 }] } }),
      { a: 3 },
      ['<nil>: Invalid value: "": "spec.a" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
    ],
    [
      'what must not be',
      fields({ a: { ...text, not: { enum: ['x'] } } }),
      { a: 'x' },
      ['<nil>: Invalid value: "": "spec.a" must not validate the schema (not)'],
    ],
    [
      'a required branch',
      fields({ a: text, b: text }, { oneOf: [{ required: ['a'] }, { required: ['b'] }] }),
      { a: 'x' },
      [],
    ],
    [
      'a date that is none',
      fields({ a: { ...text, format: 'date-time' } }),
      { a: 'soon' },
      ['spec.a: Invalid value: "soon": spec.a in body must be of type date-time: "soon"'],
    ],
    ['an unknown format', fields({ a: { ...text, format: 'colour' } }), { a: 'soon' }, []],
    [
      'a pattern that would take for ever elsewhere',
      fields({ a: { ...text, pattern: '^(a+)+$' } }),
      { a: `${'a'.repeat(5000)}b` },
      [expect.stringContaining('should match') as unknown as string],
    ],
  ])('%s', (_name, schema, spec, expected) => {
    const causes = openSchema(kind(schema)).validate(object(spec));
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(expected);
  });

  it('looks at each branch once, however deep they are nested', () => {
    let branch: Schema = { minLength: 5 };
    for (let depth = 0; depth < 60; depth += 1) branch = { allOf: [branch] };
    const causes = openSchema(kind(fields({ a: { ...text, ...branch } }))).validate(object({ a: 'x' }));
    expect(causes[0]).toMatchObject({ field: 'spec.a', message: expect.stringContaining('at least 5 chars') });
  });

  it('tells at most a hundred causes', () => {
    const schema = openSchema(kind({ type: 'array', items: text }));
    expect(schema.validate(object(Array.from({ length: 1000 }, () => 1)))).toHaveLength(100);
  });

  it('holds a name against what the kind says about names', () => {
    const named = openSchema(fields({ metadata: fields({ name: { maxLength: 3 } }) }));
    expect(named.validate(object({})).map(({ field }) => field)).toEqual([]);
    expect(named.validate({ ...object({}), metadata: { name: 'long', labels: {} } }).map(({ field }) => field)).toEqual(
      ['metadata.name'],
    );
  });

  it('refuses wrong types in metadata', () => {
    const given = { ...object({}), metadata: { name: 'x', labels: { a: 1 } } } as unknown as KubeObject;
    expect(openSchema(kind(fields({}))).validate(given)[0]?.field).toBe('metadata.labels.a');
  });
});

describe('a schema with references', () => {
  const components: Record<string, Schema> = {
    Tree: fields({ name: text, children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } }),
  };
  const schema = openSchema(kind({ allOf: [{ $ref: '#/components/schemas/Tree' }], default: {} }), components);

  it('follows them as deep as the object goes', () => {
    const given = object({ name: 'a', children: [{ name: 'b', children: [{ name: 1, x: 1 }] }] });
    expect(schema.prune(given).unknown).toEqual(['spec.children[0].children[0].x']);
    expect(schema.validate(given).map(({ field }) => field)).toEqual(['spec.children[0].children[0].name']);
  });

  it('fails loudly when one leads nowhere', () => {
    expect(() => openSchema(kind({ $ref: '#/components/schemas/Gone' })).validate(object({}))).toThrow('Gone');
  });
});

describe('an update', () => {
  const item: Schema = {
    type: 'object',
    properties: { name: { type: 'string' }, size: { type: 'integer', minimum: 1 } },
  };
  const keyed: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  };
  const schema = openSchema({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          mode: { type: 'string', enum: ['on', 'off'] },
          text: { type: 'string', maxLength: 2 },
          keyed,
          set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        },
      },
    },
  });
  const object = (spec: Json): KubeObject =>
    ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec }) as unknown as KubeObject;
  const faults = (before: Json, after: Json): (string | undefined)[] =>
    schema.validate(object(after), object(before)).map(({ field }) => field);

  it.each<[string, Json, Json, string[]]>([
    ['what is wrong already', { mode: 'bad', text: 'a' }, { mode: 'bad', text: 'b' }, []],
    ['nothing that becomes wrong', { mode: 'on' }, { mode: 'bad' }, ['spec.mode']],
    ['nothing that is wrong in another way', { mode: 'bad' }, { mode: 'worse' }, ['spec.mode']],
    [
      'an element that is wrong, by its key',
      { keyed: [{ name: 'a', size: 0 }] },
      {
        keyed: [
          { name: 'b', size: 0 },
          { name: 'a', size: 0 },
        ],
      },
      ['spec.keyed[0].size'],
    ],
    ['duplicates where there were some', { set: ['a', 'a'] }, { set: ['a', 'a', 'b'] }, []],
    ['no duplicates where there were none', { set: ['a'] }, { set: ['a', 'a'] }, ['spec.set[1]']],
  ])('tolerates %s', (_name, before, after, expected) => {
    expect(faults(before, after)).toEqual(expected);
  });
});
