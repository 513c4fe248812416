import { describe, expect, it } from 'vitest';
import type { Json, KubeObject, StatusCause } from '../object.js';
import { harvesterCrds, rancherCrds } from '../schemas.js';
import { openSchema } from './open-schema.js';
import { ruleFaults } from './rule-faults.js';
import { ruleCauses, ruleCausesInTurns } from './rules.js';
import type { Schema } from './schema.js';

type Rules = NonNullable<Schema['x-kubernetes-validations']>;
const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const object = (spec: Json): KubeObject =>
  ({ apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x' }, spec }) as KubeObject;
const told = (schema: Schema, spec: Json, old?: Json): string[] =>
  ruleCauses(openSchema({ type: 'object', properties: { spec: schema } }), {
    object: object(spec),
    old: old === undefined ? undefined : object(old),
  }).map(({ field, message }) => `${field}: ${message}`);
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
      ['spec: Invalid value: "object": no such key: max evaluating rule: min must not exceed max'],
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
      ['spec[a]: Invalid value: "integer": m'],
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
    ['sees no field in a null', fields({ a: { ...text, nullable: true } }, { rule: '!has(self.a)' }), { a: null }, []],
    ['does not look at null', { ...fields({ a: text }, { rule: 'false' }), nullable: true }, null, []],
  ])('%s', (_name, schema, spec, expected) => {
    expect(told(schema, spec)).toEqual(expected);
  });

  it('is not asked about an object of another shape', () => {
    const schema = openSchema({ type: 'object', properties: { spec: between } });
    const found = [{ reason: 'FieldValueTypeInvalid', message: '', field: 'spec.min' }];
    expect(ruleCauses(schema, { object: object({ min: 'a' }), found })).toEqual([
      {
        reason: 'FieldValueInvalid',
        message:
          'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
        field: '<nil>',
      },
    ]);
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

/** Takes long as well. */
const MESSAGE = 'string(self.map(x, self.filter(y, y == x).size()).size())';

describe('rules of many values', () => {
  const numbers: Schema = {
    type: 'array',
    items: integer,
    'x-kubernetes-validations': [{ rule: 'self.all(x, self.all(y, x + y < 99))', message: 'too much' }],
  };
  const schema = openSchema({ type: 'object', properties: { spec: { type: 'array', items: numbers } } });
  const lists = (count: number, last: number): KubeObject =>
    object(
      Array.from({ length: count }, (_, index) => Array.from({ length: 40 }, () => (index === count - 1 ? last : 1))),
    );

  it('are asked at once when they are few', () => {
    expect(ruleCausesInTurns(schema, { object: lists(2, 1) })).toEqual([]);
  });

  it('let everything else go on in between, and say the same', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const question = { object: lists(300, 98) };
    const causes = await ruleCausesInTurns(schema, question);
    counting = false;
    expect(causes).toEqual(ruleCauses(schema, question));
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec[299]: Invalid value: "array": too much',
    ]);
    expect(turns).toBeGreaterThan(50);
  });
});

describe('one rule that takes long', () => {
  const rules = [
    { rule: 'self.all(x, self.all(y, x + y < 99))', message: 'too much', messageExpression: MESSAGE },
    { rule: 'self.all(x, self.all(y, x + y > 0))', message: 'too little' },
    { rule: 'self[0] == 2', message: 'not two' },
  ];
  const list: Schema = { type: 'array', items: integer, 'x-kubernetes-validations': rules };
  const schema = openSchema({ type: 'object', properties: { spec: list } });
  const question = { object: object(Array.from({ length: 250 }, (_, index) => (index === 249 ? 98 : 1))) };

  it('lets everything else go on in the middle of it, and the rules after it say the same', async () => {
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    const causes = await ruleCausesInTurns(schema, question);
    counting = false;
    expect(causes).toEqual(ruleCauses(schema, question));
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec: Invalid value: "array": 250',
      'spec: Invalid value: "array": not two',
    ]);
    expect(turns).toBeGreaterThan(10);
  });
});

describe('a value that an update leaves as it was', () => {
  const item = fields({ name: text, size: integer }, { rule: 'self.size > 0', message: 'm' });
  const keyed: Schema = {
    type: 'array',
    items: item,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  };
  const before = [
    { name: 'a', size: 0 },
    { name: 'b', size: 1 },
  ];

  it('is tolerated, even if a rule speaks against it', () => {
    const warnings: StatusCause[] = [];
    const schema = openSchema({ type: 'object', properties: { spec: keyed } });
    const after = [{ name: 'c', size: 2 }, ...before];
    const question = {
      object: object(after),
      old: object(before),
      tolerated: (cause: StatusCause) => warnings.push(cause),
    };
    expect(ruleCauses(schema, question)).toEqual([]);
    expect(warnings.map(({ field }) => field)).toEqual(['spec[1]']);
  });

  it('is tolerated in lists without keys where it stands in its place', () => {
    const plain: Schema = { type: 'array', items: item };
    expect(told(plain, [...before, { name: 'c', size: 2 }], before)).toEqual([]);
    expect(told(plain, [{ name: 'c', size: 2 }, ...before], before)).toEqual(['spec[1]: Invalid value: "object": m']);
  });

  it('is looked at when something in it changes', () => {
    expect(told(keyed, [{ name: 'a', size: -1 }], before)).toEqual(['spec[0]: Invalid value: "object": m']);
  });
});

describe("an object's rules", () => {
  const numbers: Schema = { type: 'array', items: integer };
  const slow = fields(
    { n: numbers },
    { rule: 'self.n.all(a, self.n.all(b, self.n.all(c, a + b + c >= 0)))', message: 'm' },
  );

  it('end with the one that costs more than it may', () => {
    const n = Array.from({ length: 200 }, () => 1);
    expect(told(slow, { n })).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: m`,
    ]);
  });

  it('end when all of them cost more than they may', () => {
    const n = Array.from({ length: 45 }, () => 1);
    const many: Schema = { type: 'array', items: slow };
    expect(
      told(
        many,
        Array.from({ length: 100 }, () => ({ n })),
      ),
    ).toEqual([
      expect.stringContaining(
        'validation failed due to running out of cost budget, no further validation rules will be run',
      ),
    ]);
  });
});

describe("a definition's rules", () => {
  const fault = (schema: Schema): string[] =>
    ruleFaults({ type: 'object', properties: { a: schema } }, 's').map(({ field, message }) => `${field}: ${message}`);
  const ruled = (schema: Schema, ...rules: Rules): Schema => ({ ...schema, 'x-kubernetes-validations': rules });
  const at = 's.properties[a].x-kubernetes-validations[0]';
  const printed = (rule: string): string =>
    `apiextensions.ValidationRule{Rule:${JSON.stringify(rule)}, Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}`;

  it.each<[string, Schema, string]>([
    [
      "self + 'x'",
      integer,
      "ERROR: <input>:1:6: found no matching overload for '_+_' applied to '(int, string)'\n | self + 'x'\n | .....^",
    ],
    ['self.nope == 1', fields({ b: text }), "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope == 1\n | ....^"],
    [
      'nobody == 1',
      integer,
      "ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody == 1\n | ^",
    ],
    ['has(self)', integer, 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(self)\n | ....^'],
  ])('are refused for %s', (rule, schema, why) => {
    expect(fault(ruled(schema, { rule }))).toEqual([
      `${at}.rule: Invalid value: ${printed(rule)}: compilation failed: ${why}`,
    ]);
  });

  it('are true or false', () => {
    expect(fault(ruled(integer, { rule: 'self' }))).toEqual([
      `${at}.rule: Invalid value: ${printed('self')}: cel expression must evaluate to a bool`,
    ]);
  });

  it.each<[string, Schema, string[]]>([
    ['without a rule', ruled(integer, { rule: ' ' }), [`${at}.rule: Required value: rule is not specified`]],
    [
      'with an unknown reason',
      ruled(integer, { rule: 'true', reason: 'FieldValueBad' }),
      [
        `${at}.reason: Unsupported value: "FieldValueBad": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      ],
    ],
    [
      'with a path to nowhere',
      ruled(fields({ b: text }), { rule: 'true', fieldPath: '.c' }),
      [`${at}.fieldPath: Invalid value: ".c": fieldPath must be a valid path`],
    ],
    ['with a path to a field', ruled(fields({ 'b.c': text }), { rule: 'true', fieldPath: "['b.c']" }), []],
    [
      'with an optional before that is not asked for',
      ruled(integer, { rule: 'true', optionalOldSelf: true }),
      [`${at}.optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`],
    ],
    [
      'that look for a before in lists without keys',
      { type: 'array', items: ruled(integer, { rule: 'self == oldSelf' }), maxItems: 3 },
      [
        's.properties[a].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[a]',
      ],
    ],
    [
      'with a message that is no text',
      ruled(integer, { rule: 'true', messageExpression: 'self' }),
      [expect.stringContaining('messageExpression must evaluate to a string')],
    ],
  ])('are refused %s', (_name, schema, expected) => {
    expect(fault(schema)).toEqual(expected);
  });

  const strings = (bounds: Schema, length: Schema): Schema => ({
    type: 'array',
    items: { ...text, ...length },
    ...bounds,
  });
  const twice = { rule: 'self.all(x, self.all(y, x == y))' };

  it('are refused when they could cost too much, until the lists and texts have a bound', () => {
    const hint =
      '(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)';
    expect(fault(ruled(strings({}, {}), twice))).toEqual([
      `${at}.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x ${hint}`,
      `${at}.rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema`,
      `s: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x ${hint}`,
    ]);
    expect(fault(ruled(strings({ maxItems: 1000 }, { maxLength: 63 }), twice))).toEqual([
      `${at}.rule: Forbidden: estimated rule cost exceeds budget by factor of 3.1x ${hint}`,
    ]);
    expect(fault(ruled(strings({ maxItems: 100 }, { maxLength: 63 }), twice))).toEqual([]);
  });

  it('count once for each place that they apply to', () => {
    const each = ruled(strings({ maxItems: 100 }, { maxLength: 63 }), twice);
    expect(fault({ type: 'array', items: each, maxItems: 10 })).toEqual([]);
    expect(fault({ type: 'array', items: each })[0]).toContain('estimated rule cost exceeds budget');
  });

  it('can be evaluated in every definition we ship', () => {
    for (const { metadata, spec } of [...harvesterCrds(), ...rancherCrds()])
      expect(
        spec.versions.flatMap(({ schema }) => ruleFaults(schema?.openAPIV3Schema ?? {}, metadata.name ?? '')),
      ).toEqual([]);
  });
});
