import type { Json, JsonObject } from '@drover/api';
import { expect } from 'vitest';
import { DEFINITIONS, define, definitionOf, refusedFields, specSchema } from '../cluster/definition.js';
import { suite } from '../suite.js';

const rule = (text: string, more: JsonObject = {}): JsonObject => ({ rule: text, ...more });
const SPEC = 'openAPIV3Schema.properties[spec]';

/** Rules about a spec, one that passes and one that does not. */
const rules: Readonly<Record<string, { properties: JsonObject; rule: string; good: Json; bad: Json }>> = {
  'numbers are compared': {
    properties: { min: { type: 'integer' }, max: { type: 'integer' } },
    rule: 'self.min <= self.max',
    good: { min: 1, max: 2 },
    bad: { min: 3, max: 2 },
  },
  'an optional field is asked for by has()': {
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    rule: '!has(self.a) || has(self.b)',
    good: { a: '1', b: '1' },
    bad: { a: '1' },
  },
  'lists have all, exists and size': {
    properties: { list: { type: 'array', maxItems: 10, items: { type: 'integer' } } },
    rule: 'self.list.all(x, x > 0) && self.list.exists(x, x == 5) && size(self.list) < 4',
    good: { list: [1, 5] },
    bad: { list: [1, 2] },
  },
  'lists have filter, map and exists_one': {
    properties: { list: { type: 'array', maxItems: 10, items: { type: 'integer' } } },
    rule: 'self.list.filter(x, x > 1).map(x, x * 2) == [4, 6] && self.list.exists_one(x, x == 1)',
    good: { list: [1, 2, 3] },
    bad: { list: [1, 2, 4] },
  },
  'texts have startsWith, matches and the like': {
    properties: { name: { type: 'string', maxLength: 50 } },
    rule: "self.name.startsWith('vm-') && self.name.matches('^[a-z-]+$') && self.name.endsWith('x')",
    good: { name: 'vm-x' },
    bad: { name: 'vm-X' },
  },
  'texts are split, joined and searched': {
    properties: { name: { type: 'string', maxLength: 50 } },
    rule: "self.name.split('.').size() == 2 && self.name.lowerAscii() == self.name && self.name.replace('.', '-').indexOf('-') > 0",
    good: { name: 'a.b' },
    bad: { name: 'A.B' },
  },
  'maps are iterated by their keys': {
    properties: { map: { type: 'object', maxProperties: 5, additionalProperties: { type: 'string', maxLength: 10 } } },
    rule: "self.map.all(key, key.startsWith('a') && self.map[key] != '')",
    good: { map: { ab: '1' } },
    bad: { map: { b: '1' } },
  },
  'quantities are compared': {
    properties: { memory: { type: 'string', maxLength: 20 } },
    rule: "quantity(self.memory).isGreaterThan(quantity('1Gi'))",
    good: { memory: '2Gi' },
    bad: { memory: '500Mi' },
  },
  'URLs are taken apart': {
    properties: { url: { type: 'string', maxLength: 50 } },
    rule: "isURL(self.url) && url(self.url).getScheme() == 'https'",
    good: { url: 'https://example.com' },
    bad: { url: 'http://example.com' },
  },
  'addresses are known': {
    properties: { ip: { type: 'string', maxLength: 50 }, net: { type: 'string', maxLength: 50 } },
    rule: 'isIP(self.ip) && cidr(self.net).containsIP(ip(self.ip))',
    good: { ip: '10.0.0.1', net: '10.0.0.0/8' },
    bad: { ip: '11.0.0.1', net: '10.0.0.0/8' },
  },
  'lists are sums, minima, and sorted': {
    properties: { list: { type: 'array', maxItems: 10, items: { type: 'integer' } } },
    rule: 'self.list.isSorted() && self.list.sum() == 6 && self.list.min() == 1 && self.list.max() == 3',
    good: { list: [1, 2, 3] },
    bad: { list: [3, 2, 1] },
  },
  'times and durations are values': {
    properties: { at: { type: 'string', format: 'date-time' }, wait: { type: 'string', format: 'duration' } },
    rule: "self.at > timestamp('2020-01-01T00:00:00Z') && self.wait < duration('1h')",
    good: { at: '2024-01-01T00:00:00Z', wait: '10m' },
    bad: { at: '2024-01-01T00:00:00Z', wait: '2h' },
  },
  'int-or-string is asked for its type': {
    properties: { port: { 'x-kubernetes-int-or-string': true } },
    rule: "type(self.port) == int ? self.port < 1000 : self.port == 'http'",
    good: { port: 'http' },
    bad: { port: 2000 },
  },
  'optional fields may be chained': {
    properties: { a: { type: 'object', properties: { b: { type: 'integer' } } } },
    rule: 'self.?a.?b.orValue(1) == 1',
    good: {},
    bad: { a: { b: 2 } },
  },
  'formats are named': {
    properties: { name: { type: 'string', maxLength: 50 } },
    rule: '!format.dns1123Label().validate(self.name).hasValue()',
    good: { name: 'fine' },
    bad: { name: 'Not_Fine' },
  },
  'sets are compared without order': {
    properties: {
      set: { type: 'array', maxItems: 5, 'x-kubernetes-list-type': 'set', items: { type: 'string', maxLength: 5 } },
    },
    rule: "sets.contains(self.set, ['a']) && self.set == ['b', 'a']",
    good: { set: ['a', 'b'] },
    bad: { set: ['b'] },
  },
  'names that are reserved words are escaped': {
    properties: { namespace: { type: 'string', maxLength: 10 }, 'with-dash': { type: 'string', maxLength: 10 } },
    rule: "self.__namespace__ == 'x' && self.with__dash__dash == 'y'",
    good: { namespace: 'x', 'with-dash': 'y' },
    bad: { namespace: 'z', 'with-dash': 'y' },
  },
};

/** What a definition with such a rule is refused for. */
const refused: Readonly<Record<string, { properties: JsonObject; rule: JsonObject; field: string }>> = {
  'a rule that does not parse': {
    properties: {},
    rule: rule('self.a ==='),
    field: `${SPEC}.x-kubernetes-validations[0].rule`,
  },
  'a rule about a field that is not there': {
    properties: {},
    rule: rule('self.absent == 1'),
    field: `${SPEC}.x-kubernetes-validations[0].rule`,
  },
  'a rule that is no question': {
    properties: { a: { type: 'integer' } },
    rule: rule('self.a + 1'),
    field: `${SPEC}.x-kubernetes-validations[0].rule`,
  },
  'types that do not go together': {
    properties: { a: { type: 'integer' } },
    rule: rule("self.a == 'text'"),
    field: `${SPEC}.x-kubernetes-validations[0].rule`,
  },
  'a rule whose cost has no bound': {
    properties: { list: { type: 'array', items: { type: 'string' } } },
    rule: rule('self.list.all(x, self.list.all(y, x == y || x.contains(y)))'),
    field: `${SPEC}.x-kubernetes-validations[0].rule`,
  },
  'an empty message': {
    properties: {},
    rule: rule('true', { message: ' ' }),
    field: `${SPEC}.x-kubernetes-validations[0].message`,
  },
  'a reason that is none': {
    properties: {},
    rule: rule('true', { reason: 'Mood' }),
    field: `${SPEC}.x-kubernetes-validations[0].reason`,
  },
  'a field path that is not in the schema': {
    properties: {},
    rule: rule('true', { fieldPath: '.absent' }),
    field: `${SPEC}.x-kubernetes-validations[0].fieldPath`,
  },
};

suite('validation rules', ({ promises }) => {
  for (const [index, [name, { properties, rule: text, good, bad }]] of Object.entries(rules).entries()) {
    promises(name, async (scene) => {
      const validations = [rule(text, { message: 'the rule is broken' })];
      const schema = specSchema(properties, { 'x-kubernetes-validations': validations });
      const kind = await define(scene, `rules${String.fromCharCode(97 + index)}s`, schema);
      expect((await scene.api.post(kind.path(), kind.object('good', { spec: good }))).outcome).toBe('201');
      const refusal = await scene.api.post(kind.path(), kind.object('bad', { spec: bad }));
      expect(refusal.outcome).toBe('422 Invalid');
      expect(refusal.textAt('details.causes.0.message')).toContain('the rule is broken');
      expect(refusal.causes).toEqual(['spec']);
    });
  }

  for (const [name, { properties, rule: broken, field }] of Object.entries(refused)) {
    promises(`a definition is refused for ${name}`, async (scene) => {
      const schema = specSchema(properties, { 'x-kubernetes-validations': [broken] });
      expect(await refusedFields(scene, definitionOf(scene, 'brokens', schema))).toContain(field);
    });
  }

  promises('transition rules see what was before, and hold for updates alone', async (scene) => {
    const schema = specSchema({
      id: { type: 'string', 'x-kubernetes-validations': [rule('self == oldSelf', { message: 'id never changes' })] },
      note: { type: 'string' },
    });
    const keys = await define(scene, 'locks', schema);
    await scene.api.post(keys.path(), keys.object('one', { spec: { id: 'a' } }));
    expect((await scene.api.patch('merge', keys.path('one'), { spec: { note: 'x' } })).status).toBe(200);
    const changed = await scene.api.patch('merge', keys.path('one'), { spec: { id: 'b' } });
    expect(changed.causes).toEqual(['spec.id']);
    expect(changed.textAt('message')).toContain('id never changes');
  });

  promises('a transition rule may ask whether there was anything before', async (scene) => {
    const validations = [rule("!oldSelf.hasValue() || oldSelf.value() != 'closed'", { optionalOldSelf: true })];
    const doors = await define(
      scene,
      'doors',
      specSchema({ state: { type: 'string', 'x-kubernetes-validations': validations } }),
    );
    await scene.api.post(doors.path(), doors.object('one', { spec: { state: 'closed' } }));
    expect((await scene.api.patch('merge', doors.path('one'), { spec: { state: 'open' } })).causes).toEqual([
      'spec.state',
    ]);
  });

  promises('the message may be an expression, the reason and the field may be chosen', async (scene) => {
    const validations = [
      rule('self.a < 10', {
        messageExpression: "self.a < 100 ? 'a is too large' : 'a is much too large'",
        reason: 'FieldValueForbidden',
        fieldPath: '.a',
      }),
    ];
    const lids = await define(
      scene,
      'lids',
      specSchema({ a: { type: 'integer' } }, { 'x-kubernetes-validations': validations }),
    );
    const refusal = await scene.api.post(lids.path(), lids.object('one', { spec: { a: 11 } }));
    expect(refusal.at('details.causes.0')).toEqual({
      reason: 'FieldValueForbidden',
      message: 'Forbidden: a is too large',
      field: 'spec.a',
    });
  });

  promises('rules at the root see the name of the object', async (scene) => {
    const schema: JsonObject = {
      type: 'object',
      'x-kubernetes-validations': [rule("self.metadata.name.startsWith('ok-')", { message: 'begins with ok-' })],
      properties: { spec: { type: 'object' } },
    };
    const tags = await define(scene, 'tags', schema);
    expect((await scene.api.post(tags.path(), tags.object('ok-1'))).status).toBe(201);
    expect((await scene.api.post(tags.path(), tags.object('no-1'))).outcome).toBe('422 Invalid');
  });

  promises('rules inside of lists say which item', async (scene) => {
    const items = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      'x-kubernetes-validations': [rule('self.n > 0')],
    };
    const rows = await define(scene, 'rows', specSchema({ list: { type: 'array', maxItems: 5, items } }));
    const refusal = await scene.api.post(rows.path(), rows.object('one', { spec: { list: [{ n: 1 }, { n: 0 }] } }));
    expect(refusal.causes).toEqual(['spec.list[1]']);
    expect(refusal.textAt('message')).toContain('failed rule: self.n > 0');
  });

  promises('rules are not asked when the types are wrong already', async (scene) => {
    const schema = specSchema({ a: { type: 'integer' } }, { 'x-kubernetes-validations': [rule('self.a > 0')] });
    const typed = await define(scene, 'typeds', schema);
    const refusal = await scene.api.post(typed.path(), typed.object('one', { spec: { a: 'x' } }));
    expect(refusal.outcome).toBe('422 Invalid');
    expect(refusal.causes).toContain('spec.a');
  });

  promises('a definition that is stored already keeps its rules when something else changes', async (scene) => {
    const schema = specSchema({ a: { type: 'integer' } }, { 'x-kubernetes-validations': [rule('self.a > 0')] });
    const kept = await define(scene, 'kepts', schema);
    const patched = await scene.api.patch('merge', `${DEFINITIONS}/${kept.name}`, { metadata: { labels: { a: 'b' } } });
    expect(patched.status).toBe(200);
    expect((await scene.api.post(kept.path(), kept.object('one', { spec: { a: 0 } }))).outcome).toBe('422 Invalid');
  });
});
