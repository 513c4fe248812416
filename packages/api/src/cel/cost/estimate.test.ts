import { describe, expect, it } from 'vitest';
import { openSchema } from '../../schema/open-schema.js';
import type { Schema } from '../../schema/schema.js';
import { declaredType } from '../declared-type.js';
import { CelEnvironment } from '../environment.js';
import { sizesOf } from '../sizes.js';
import { estimate } from './estimate.js';

const atMost = (schema: Schema, rule: string): number => {
  const node = openSchema({ type: 'object', properties: { spec: schema } }).root.properties.get('spec');
  const self = node && declaredType(node, 'selfType');
  if (!self) throw new Error('the schema declares nothing');
  const environment = new CelEnvironment({ self: self.type, oldSelf: self.type });
  return estimate(environment.compile(rule).checked, sizesOf(self)).max;
};
const array = (items: Schema, maxItems?: number): Schema => ({
  type: 'array',
  items,
  ...(maxItems === undefined ? {} : { maxItems }),
});
const map = (additionalProperties: Schema, maxProperties?: number): Schema => ({
  type: 'object',
  additionalProperties,
  ...(maxProperties === undefined ? {} : { maxProperties }),
});
const text = (maxLength?: number): Schema => ({ type: 'string', ...(maxLength === undefined ? {} : { maxLength }) });
const timed = (format: string): Schema => ({ type: 'string', format });
const number: Schema = { type: 'number' };
const flag: Schema = { type: 'boolean' };

describe('the most that a rule costs', () => {
  // Facts of upstream: what its own estimates come to for these schemas and rules.
  it.each<[string, Schema, number]>([
    ['self.all(x, true)', array(number), 4_718_591],
    ['self.all(x, true)', array(number, 10), 32],
    ['self.all(x, true)', array(text()), 3_145_727],
    ['self.all(x, true)', array(flag), 1_887_437],
    ['self.all(x, true)', array(array(number)), 3_145_727],
    ['self.all(x, true)', map(number), 1_348_169],
    ['self.all(x, true)', map(text()), 1_179_647],
    ['self.all(x, true)', map(flag, 100), 302],
    ["self.contains('test')", text(), 314_574],
    ["self.contains('test')", text(10), 5],
    ["self.startsWith('test')", text(), 2],
    ['size(self + "hello") > size("hello")', text(), 314_578],
    ['size(self + "hello") > size("hello")', text(4), 7],
    ['self[1] == 0.0', array(number), 2],
    ['self[1] == self[1]', array(text()), 314_577],
    ['self.all(x, self.all(y, true))', array(number, 10), 352],
    ['self.all(x, self.all(y, self.all(z, true)))', array(number, 10), 3_552],
    ['self.matches("x")', text(), 314_574],
    ['self.matches("x")', text(50), 22],
    ['"".matches("(((((((((())))))))))[0-9]")', text(), 7],
    ['self.matches("")', text(), 1],
    ['self.all(x, x.contains(self[x]))', map(text()), 2_752_507],
    ['self.all(x, x.contains(self[x]))', map(text(), 10), 72],
    ['self == "x"', text(0), 1],
    ['self.all(x, x == 0.0)', array(number, 3 * 1024 * 2048), 25_165_826],
    ['self.all(x, true)', array({ 'x-kubernetes-int-or-string': true }), 4_718_591],
    ['self[0] == 5', array({ 'x-kubernetes-int-or-string': true }), 3],
    ['self[0][0] == -1.0', array(array(number)), 3],
    ['self.all(x, x.y == 25.2)', array(map(number)), 6_291_452],
    ['self[0].getHours() == 2', array(timed('duration')), 4],
    ['self.all(x, true)', array(timed('duration')), 2_359_295],
    ['self.all(x, true)', array(timed('date')), 725_936],
    ['self.all(x, true)', array(timed('date-time')), 428_963],
    ["self.find('[0-9]+') == ''", text(), 629_147],
    ["self.find('[0-9]+') == ''", text(10), 11],
    ["self.join(' ') == 'aa bb'", array(text()), 329_853_068_905],
    ["self.join(' ') == 'aa bb'", array(text(10), 10), 43],
    ['self.isSorted() == true', array(text()), 329_854_432_052],
    ['self.isSorted() == true', array(text(10), 10), 52],
    ["self.lowerAscii() == 'lower!'", text(), 314_575],
    ["self.lowerAscii() == 'lower!'", text(10), 6],
    ['oldSelf.size() == self.size()', map({ type: 'integer' }), 5],
    ["self.contains('A')", { ...text(), enum: ['A', 'B', 'C', 'LongValue'] }, 2],
    ["self.contains('A')", { ...text(1000), enum: ['A', 'B', 'C', 'LongValue'] }, 401],
  ])('%s over %j is %d', (rule, schema, cost) => {
    expect(atMost(schema, rule)).toBe(cost);
  });
});
