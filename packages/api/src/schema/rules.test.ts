import { describe, expect, it } from 'vitest';
import type { Json, KubeObject } from '../object.js';
import { harvesterCrds, rancherCrds } from '../schemas.js';
import { openSchema } from './open-schema.js';
import { ruleCauses, ruleFaults } from './rules.js';
import type { Schema } from './schema.js';

type Rules = NonNullable<Schema['x-kubernetes-validations']>;
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const object = (spec: Json): KubeObject =>
  ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec }) as unknown as KubeObject;
const told = (schema: Schema, spec: Json, old?: Json): string[] =>
  ruleCauses(
    openSchema({ type: 'object', properties: { spec: schema } }),
    object(spec),
    old === undefined ? undefined : object(old),
  ).map(({ field, message }) => `${field}: ${message}`);
const fields = (properties: Record<string, Schema>, ...rules: Rules): Schema => ({
  type: 'object',
  properties,
  'x-kubernetes-validations': rules,
});

describe('a rule', () => {
  const between = fields(
    { min: integer, max: integer },
    { rule: 'self.min <= self.max', message: 'min must not exceed max' },
  );

  it.each<[string, Schema, Json, string[]]>([
    ['lets pass what fulfils it', between, { min: 1, max: 2 }, []],
    [
      'refuses what does not, in its own words',
      between,
      { min: 3, max: 2 },
      ['spec: Invalid value: "object": min must not exceed max'],
    ],
    [
      'refuses what it cannot be asked about',
      between,
      { min: 3 },
      ['spec: Invalid value: "object": rule evaluation error: No such key: max'],
    ],
    [
      'speaks for itself without a message',
      fields({ a: text }, { rule: "self.a == 'x'" }),
      { a: 'y' },
      ['spec: Invalid value: "object": failed rule: self.a == \'x\''],
    ],
    [
      'makes its message',
      fields({ a: text }, { rule: 'false', messageExpression: "'not ' + self.a" }),
      { a: 'y' },
      ['spec: Invalid value: "object": not y'],
    ],
    [
      'names another field and reason',
      fields({ a: text }, { rule: 'false', message: 'm', fieldPath: '.a', reason: 'FieldValueForbidden' }),
      { a: 'y' },
      ['spec.a: Forbidden: m'],
    ],
    ['counts in whole numbers', fields({ n: integer }, { rule: 'self.n + 1 == 3' }), { n: 2 }, []],
    ['takes whole numbers as any number', fields({ n: { type: 'number' } }, { rule: 'self.n > 1.5' }), { n: 2 }, []],
    [
      'looks into lists',
      {
        type: 'array',
        items: { ...text, 'x-kubernetes-validations': [{ rule: "self.startsWith('/')", message: 'm' }] },
      },
      ['/a', 'b'],
      ['spec[1]: Invalid value: "string": m'],
    ],
    [
      'looks into maps',
      {
        type: 'object',
        additionalProperties: { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 0', message: 'm' }] },
      },
      { a: 0 },
      ['spec.a: Invalid value: "integer": m'],
    ],
    [
      'knows escaped names',
      fields({ 'a-b.c': text }, { rule: "self.a__dash__b__dot__c == 'x'" }),
      { 'a-b.c': 'x' },
      [],
    ],
    ['knows what may be missing', fields({ a: text }, { rule: "!has(self.a) || self.a != ''" }), {}, []],
    [
      "has Kubernetes' looks at text",
      fields({ a: text }, { rule: 'isCIDR(self.a) && !isIP(self.a) && !isURL(self.a)' }),
      { a: '10.0.0.0/8' },
      [],
    ],
    [
      'matches in linear time',
      fields({ a: text }, { rule: "self.a.matches('^(a+)+$')", message: 'm' }),
      { a: `${'a'.repeat(5000)}b` },
      ['spec: Invalid value: "object": m'],
    ],
    ['does not look at null', { ...fields({ a: text }, { rule: 'false' }), nullable: true }, null, []],
  ])('%s', (_name, schema, spec, expected) => {
    expect(told(schema, spec)).toEqual(expected);
  });

  it('that compares with before is asked for updates only', () => {
    const fixed: Schema = {
      ...text,
      'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'cannot change' }],
    };
    const schema: Schema = { type: 'object', properties: { a: fixed } };
    expect(told(schema, { a: 'x' })).toEqual([]);
    expect(told(schema, { a: 'x' }, { a: 'x' })).toEqual([]);
    expect(told(schema, { a: 'x' }, {})).toEqual([]);
    expect(told(schema, { a: 'y' }, { a: 'x' })).toEqual(['spec.a: Invalid value: "string": cannot change']);
  });

  it('that compares finds the same element of a keyed list', () => {
    const item = fields({ name: text, size: integer }, { rule: 'self.size >= oldSelf.size', message: 'cannot shrink' });
    const keyed: Schema = {
      type: 'array',
      items: item,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    };
    const before = [
      { name: 'a', size: 2 },
      { name: 'b', size: 1 },
    ];
    expect(
      told(
        keyed,
        [
          { name: 'b', size: 1 },
          { name: 'a', size: 1 },
        ],
        before,
      ),
    ).toEqual(['spec[1]: Invalid value: "object": cannot shrink']);
    expect(told({ type: 'array', items: item }, [{ name: 'a', size: 1 }], before)).toEqual([]);
  });

  it('that says what it means without a before is asked for new objects too', () => {
    const schema = fields(
      { a: text },
      { rule: "oldSelf.hasValue() || self.a == 'first'", message: 'm', optionalOldSelf: true },
    );
    expect(told(schema, { a: 'second' })).toEqual(['spec: Invalid value: "object": m']);
    expect(told(schema, { a: 'second' }, { a: 'first' })).toEqual([]);
  });
});

describe("a definition's rules", () => {
  it.each<[string, string]>([
    ['self.a ==', 'compilation failed'],
    ['nobody.a == 1', 'Unknown variable: nobody'],
    ['quantity(self.a).isGreaterThan(1)', "found no matching overload for 'quantity"],
  ])('are refused for %s', (rule, why) => {
    const [fault] = ruleFaults(
      { type: 'object', properties: { a: { ...text, 'x-kubernetes-validations': [{ rule }] } } },
      's',
    );
    expect(fault?.field).toBe('s.properties[a].x-kubernetes-validations[0].rule');
    expect(fault?.message).toContain(why);
  });

  it('can be evaluated in every definition we ship', () => {
    for (const { metadata, spec } of [...harvesterCrds(), ...rancherCrds()])
      expect(
        spec.versions.flatMap(({ schema }) => ruleFaults(schema?.openAPIV3Schema ?? {}, metadata.name ?? '')),
      ).toEqual([]);
  });
});
