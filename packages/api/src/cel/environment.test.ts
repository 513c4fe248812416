import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { CostMeter } from './cost/meter.js';
import { CelEnvironment, type Program, type Variables } from './environment.js';
import { EvaluationError, TurnOver } from './evaluation-error.js';
import { jsonValue } from './json-value.js';
import { AUTHORIZER, CelAuthorizer, RESOURCE_CHECK, ResourceCheck } from './library/authorizer.js';
import { BOOL, DYN, objectOf, STRING, scalar } from './type.js';

const thing = objectOf(
  'Thing',
  new Map([
    ['name', STRING],
    ['replicas', scalar('int')],
  ]),
);
const environment = new CelEnvironment({ object: DYN, thing, authorizer: AUTHORIZER });
/** What an expression comes to, or the error that it ends with, and what that cost; evaluated at once and in turns. */
const outcomesOf = (program: Program, variables: Variables, limit = 1_000_000): unknown[] => {
  const outcome = (evaluate: (meter: CostMeter) => unknown): unknown => {
    const meter = new CostMeter(limit);
    try {
      return [evaluate(meter), meter.spent];
    } catch (error) {
      return [String(error), meter.spent];
    }
  };
  return [
    outcome((meter) => program.evaluate(variables, meter)),
    outcome((meter) => {
      const run = program.evaluateInTurns(variables, meter);
      for (;;) {
        const { done, value } = run.next();
        if (done === true) return value;
      }
    }),
  ];
};
const of = (expression: string, object: Json = {}): unknown => {
  const program = environment.compile(expression);
  const variables = { object: jsonValue(object), thing: jsonValue({ name: 'a', replicas: 3 }) };
  const [atOnce, inTurns] = outcomesOf(program, variables);
  expect(inTurns).toEqual(atOnce);
  return program.evaluate(variables);
};
const refused = (expression: string): string => {
  try {
    environment.compile(expression);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3 == 7 && !(1 > 2) || false'],
    ["thing.name + '-' + string(thing.replicas) == 'a-3'"],
    ['has(thing.name) && !has(object.nope)'],
    ["[1, 2, 3].all(i, i > 0) && [1, 2].exists(i, i == 2) && ['a', 'a'].exists_one(i, i == 'b') == false"],
    ['[1, 2, 3].filter(i, i > 1).map(i, i * 2) == [4, 6] && [1, 2].map(i, i > 1, i) == [2]'],
    ["object.?spec.?replicas.orValue(1) == 1 && object[?'a'].hasValue() == false"],
    ['optional.of(1).optMap(x, x + 1).value() == 2 && [?optional.none()].size() == 0'],
    ['[1, 3].sum() == 4 && [3, 1].min() == 1 && [1, 2, 2].lastIndexOf(2) == 2 && [1, 2].isSorted()'],
    ["'abc 123'.find('[0-9]+') == '123' && '1 a 2'.findAll('[0-9]', 1) == ['1'] && 'abc'.matches('^a')"],
    [
      "url('https://user@[::1]:80/a b?k=v').getHostname() == '::1' && url('https://x/a b').getEscapedPath() == '/a%20b'",
    ],
    ["isURL('/path') && !isURL('../path') && !isURL('https://a:b:c/')"],
    [
      "ip('::1').isLoopback() && ip('10.0.0.1').family() == 4 && !ip.isCanonical('2001:DB8::1') && !isIP('::ffff:1.2.3.4')",
    ],
    ["cidr('10.0.0.1/8').masked() == cidr('10.0.0.0/8') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')"],
    ["cidr('10.0.0.0/8').containsIP(ip('10.2.3.4')) && cidr('10.0.0.0/8').prefixLength() == 8"],
    ["string(ip('2001:db8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1'"],
    [
      "quantity('1.5G').add(quantity('500M')).compareTo(quantity('2G')) == 0 && quantity('50k').sub(20000).asInteger() == 30000",
    ],
    [
      "isQuantity('1.3Gi') && !isQuantity('1,3G') && quantity('-1').isLessThan(quantity('0')) && sign(quantity('1')) == 1",
    ],
    [
      "format.dns1123Label().validate('a-b') == optional.none() && format.named('uuid').value().validate('x').hasValue()",
    ],
    ["'tacocat'.indexOf('a', 2) == 5 && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && ['a', 'b'].join('-') == 'a-b'"],
    [
      "'Ab'.upperAscii() == 'AB' && ' a '.trim() == 'a' && 'hello'.substring(1, 3) == 'el' && 'a.a'.replace('a', 'b', 1) == 'b.a'",
    ],
    ["'%s has %s'.format(['a', '1']) == 'a has 1' && strings.quote('a\"') == '\"a\\\\\"\"'"],
    ['sets.contains([1, 2], [1]) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 1], [1])'],
    ["duration('1h30m').getMinutes() == 90 && timestamp('2020-01-01T00:00:00Z').getFullYear('Asia/Tokyo') == 2020"],
    ["timestamp('2020-01-01T01:00:00Z') - duration('1h') == timestamp('2020-01-01T00:00:00Z')"],
    ["string(duration('90s')) == '90s' && string(1000000.0) == '1e+06' && int('-7') == -7 && double(1) == 1.0"],
    ['dyn(1) == 1.0 && 1 < 1.5 && type(1) == int && -9223372036854775808 < 0 && 0x1F == 31 && 1u == uint(1)'],
    ["b'abc' == bytes('abc') && r'\\d' == '\\\\d' && '''a\nb''' == 'a\\nb'"],
    ['[0, 1].exists(i, 1 / i == 1) && (object.nope || true)'],
    ['[7][dyn(0u)] == 7 && dyn([7])[dyn(0.0)] == 7 && optional.of([7])[dyn(0u)] == optional.of(7)'],
    ["{1: 'a'}[dyn(1.0)] == 'a'"],
    [
      "timestamp('0050-02-01T00:00:00Z').getDayOfYear() == 31 && timestamp('0050-02-01T00:00:00Z').getFullYear('Asia/Tokyo') == 50",
    ],
    ["timestamp('2024-02-29T23:00:00Z').getDayOfMonth() == 28 && duration('1.5s').getMilliseconds() == 1500"],
    ["'%.0f %.0f %.0f %.2f'.format([0.5, 1.5, -2.5, 0.125]) == '0 2 -2 0.12'"],
    ["'%.0e %.0e %.1e %.0e'.format([2.5, 3.5, 1.25, 9.5]) == '2e+00 4e+00 1.2e+00 1e+01'"],
    ["'%.1f %.0f'.format([1e21, -1e21]) == '1000000000000000000000.0 -1000000000000000000000'"],
    ["double('.5') == 0.5 && double('-1.e2') == -100.0 && double('nan') != double('NaN')"],
  ])('%s holds', (expression) => {
    expect(of(expression)).toBe(true);
  });

  it.each([
    ['thing.nope', "ERROR: <input>:1:6: undefined field 'nope'\n | thing.nope\n | .....^"],
    [
      "thing.replicas + 'x'",
      "ERROR: <input>:1:16: found no matching overload for '_+_' applied to '(int, string)'\n | thing.replicas + 'x'\n | ...............^",
    ],
    ['nobody', "ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^"],
    ['has(thing)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(thing)\n | ....^'],
    ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
    [
      "'a'.contains(1)",
      "ERROR: <input>:1:13: found no matching overload for 'contains' applied to 'string.(int)'\n | 'a'.contains(1)\n | ............^",
    ],
    [
      '1 == 1.0',
      "ERROR: <input>:1:3: found no matching overload for '_==_' applied to '(int, double)'\n | 1 == 1.0\n | ..^",
    ],
    ['cel.bind(a, 1, a)', "undeclared reference to 'cel'"],
    ['[1].all(i, v, v > i)', "undeclared reference to 'all'"],
  ])('%s is refused with its place', (expression, why) => {
    expect(refused(expression)).toContain(why);
  });

  it.each(['1 +', "'a", 'a b', '1 + * 2', '[1', 'a.', '9223372036854775808', "'\\q'", '#', 'a.all(1, true)'])(
    '%s is none',
    (expression) => {
      expect(refused(expression)).toMatch(/^ERROR: <input>:1:\d+: /);
    },
  );

  it.each([
    ['object.nope', 'no such key: nope'],
    ['[1][1]', 'index out of bounds: 1'],
    ['1 / (1 - 1)', 'division by zero'],
    ['dyn([7])[dyn(1u)]', 'index out of bounds: 1'],
    ['dyn([7])[dyn(0.5)]', 'unsupported index value'],
    ["dyn([7])[dyn('0')]", 'no such overload'],
    ['{1.5: 1}', 'unsupported key type'],
    ...['2024-02-30T00:00:00Z', '2024-02-29T24:00:00Z', '2024-02-29T23:60:00Z'].map((text) => [
      `timestamp(object.a == 1 ? '${text}' : '')`,
      'type conversion error',
    ]),
    ...[' 0x10 ', '0x10', '1e999', '', '.', '+nan'].map((text) => [
      `double(object.a == 1 ? '${text}' : '')`,
      'type conversion error',
    ]),
    ['9223372036854775807 + 1', 'integer overflow'],
    ["object.a + 'x'", 'no such overload'],
    ["quantity('x')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ])('%s has no value: %s', (expression, why) => {
    expect(() => of(expression, { a: 1 })).toThrow(why);
  });

  it('with more wrong than anybody reads is told in part', () => {
    expect(refused('& '.repeat(200))).toMatch(/\n\d+ more errors were truncated$/);
    expect(refused(`${' '.repeat(50_000)}& `.repeat(10)).length).toBeLessThan(1_000_000);
  });

  it('is not read when it is nested, or linked, too deep', () => {
    expect(refused(`object${'.a'.repeat(240)}`)).toBe('');
    const sum = ' + 1'.repeat(200);
    expect(refused(`1${sum}`)).toBe('');
    for (const deep of [
      `object${'.a'.repeat(5000)}`,
      `${'('.repeat(300)}1${')'.repeat(300)}`,
      ...['==', '<', '+', '-', '*', '/', '%'].map((operator) => `1${` ${operator} 1`.repeat(3000)}`),
      `${'('.repeat(100)}1${`${sum})`.repeat(100)}`,
    ]) {
      expect(refused(deep)).toContain('expression recursion limit exceeded: 250');
    }
  });

  it('has values of the type that is asked for', () => {
    expect(environment.compile('1 == 1', BOOL).type).toEqual(BOOL);
    expect(() => environment.compile('1', BOOL, STRING)).toThrow('must evaluate to bool or string');
  });

  it('asks the authorizer that it is given', () => {
    const asked: unknown[] = [];
    const authorizer = new CelAuthorizer((question) => {
      asked.push(question);
      return { allowed: 'resource' in question && question.resource === 'pods', reason: '' };
    });
    const check = environment.compile("authorizer.group('').resource('pods').namespace('a').check('get').allowed()");
    expect(check.evaluate({ authorizer })).toBe(true);
    expect(asked).toEqual([{ verb: 'get', group: '', resource: 'pods', subresource: '', namespace: 'a', name: '' }]);
  });

  it('knows variables whose names have dots', () => {
    const requests = new CelEnvironment({ authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK });
    const own = requests.compile("authorizer.requestResource.check('get').allowed()");
    const authorizer = new CelAuthorizer(({ verb }) => ({ allowed: verb === 'get', reason: '' }));
    const resource = { group: '', resource: 'pods', subresource: '', namespace: 'a', name: 'b' };
    const variables = { authorizer, 'authorizer.requestResource': new ResourceCheck(authorizer, resource) };
    expect(own.evaluate(variables)).toBe(true);
    expect([...own.references]).toEqual(['authorizer.requestResource']);
  });

  it('ends when it costs more than it may', () => {
    const endless = environment.compile('object.all(a, object.all(b, object.all(c, a + b + c >= 0)))');
    const object = jsonValue(Array.from({ length: 1000 }, (_, index) => index));
    expect(() => endless.evaluate({ object })).toThrow('operation cancelled: actual cost limit exceeded');
    const [atOnce, inTurns] = outcomesOf(endless, { object });
    expect(inTurns).toEqual(atOnce);
  });

  it('that takes long stops each time that others are to have their turn', () => {
    const long = environment.compile('object.all(a, object.all(b, a + b >= 0))');
    const object = jsonValue(Array.from({ length: 200 }, (_, index) => index));
    expect(() => long.evaluate({ object }, new CostMeter(1_000_000, 25_000))).toThrow(TurnOver);
    const meter = new CostMeter(1_000_000);
    const slices: number[] = [];
    let before = 0;
    for (const run = long.evaluateInTurns({ object }, meter); ; ) {
      const { done, value } = run.next();
      slices.push(meter.spent - before);
      before = meter.spent;
      if (done !== true) continue;
      expect(value).toBe(true);
      break;
    }
    expect(slices.length).toBeGreaterThan(3);
    expect(Math.max(...slices)).toBeLessThan(26_000);
  });

  it.each([
    ['a condition', '(object.exists(i, i > 2) ? object : [1]).map(i, i * 2)[size(object) - 1]'],
    ['what is not looked at', 'object.exists(i, i == 1) || object[9] == 1'],
    ['an error on one side', 'object[9] == 1 || object.exists(i, i == 1)'],
    ['an error on both', 'object[9] == 1 || object.exists(i, i == 7)'],
    ['a list and a map', "{'a': [object.filter(i, i > 0), object.filter(i, i > 1)]}['a'][1].size() == 2"],
    ['an optional', "{?'a': optional.of(object.filter(i, true)), 'b': [dyn(1)]}.size() == 2"],
    ['one in another', 'object.all(i, object.exists(j, i == j && object.exists_one(k, k == j)))'],
    ['a call', "object.map(i, string(i)).join(',').split(',').size() == 3"],
    ['a set', 'object.map(i, i).size() in [1, 2, 3]'],
    ['nothing of the kind', 'object.all(i, nothing)'],
  ])('means the same in turns: %s', (_what, expression) => {
    const program = new CelEnvironment({ object: DYN, nothing: DYN }).compile(expression);
    const [atOnce, inTurns] = outcomesOf(program, { object: jsonValue([1, 2, 3]), nothing: jsonValue({}) });
    expect(inTurns).toEqual(atOnce);
  });

  it.each([
    ['replaced', "object.replace('', object)"],
    ['joined', "object.split('').join(object)"],
    ['formatted', "'%s%s'.format([[object, object], {'a': [object, object]}])"],
    ['written', "string(bytes(object)).replace('a', object)"],
    ['of text', 'object + object + object'],
    ['of bytes', 'bytes(object) + bytes(object) + bytes(object)'],
    ['of elements', "object.split('') + object.split('') + object.split('')"],
  ])('makes nothing larger than any object: %s', (_what, expression) => {
    const object = jsonValue('a'.repeat(3 * 1024 * 1024));
    expect(() => environment.compile(expression).evaluate({ object }, new CostMeter(Infinity))).toThrow(
      'result exceeds size limit',
    );
  });

  it('is stopped before a call that costs more than is left', () => {
    const check = environment.compile("authorizer.group('').resource('pods').check('get').allowed()");
    let asked = 0;
    const authorizer = new CelAuthorizer(() => {
      asked += 1;
      return { allowed: true, reason: '' };
    });
    expect(() => check.evaluate({ authorizer }, new CostMeter(1000))).toThrow('actual cost limit exceeded');
    expect(asked).toBe(0);
  });

  it('has no value when it would take more stack than there is', () => {
    const nest = (): Json => Array.from({ length: 50_000 }).reduce<Json>((inner) => [inner], []);
    expect(() => of('object[0] == object[1]', [nest(), nest()])).toThrow(EvaluationError);
  });

  it.each([
    ['thing.replicas > 1', 3],
    ['has(thing.name)', 1],
    ['!has(object.a.b)', 3],
    ["'abc'.startsWith('a')", 1],
    ['[1, 2, 3].all(i, true)', 10],
    ['object.all(i, i > 0)', 17],
    ['object.exists(i, i == 1)', 11],
    ['object.exists_one(i, i == 3)', 11],
    ['size(object.filter(i, i == 1)) == 1', 23],
    ["['abc', 'de'].join('-')", 2],
    ['object[0] in object', 6],
    ['object.all(i, object[i - 1] > 0)', 26],
    ["thing.name in ['a', 'b']", 2],
    ['thing.replicas > int(2.0)', 3],
    ["'aaaaaaaaaaaaaaaaaaaa'.matches('aaaa')", 3],
    ["'ABCDEFGHIJ abcdefghij'.lowerAscii() == 'abcdefghij ABCDEFGHIJ'.lowerAscii()", 9],
    ["cidr('192.168.0.0/16').containsCIDR('192.0.0.0/30')", 7],
    ["format.named('dns1123Label').value().validate('my-name')", 10],
    ["authorizer.group('').resource('pods').check('get').allowed()", 350_004],
  ])('%s costs %d', (expression, cost) => {
    const object = jsonValue(expression.includes('object.a.b') ? { a: {} } : [1, 2, 3]);
    const authorizer = new CelAuthorizer(() => ({ allowed: true, reason: '' }));
    const variables = { object, authorizer, thing: jsonValue({ name: 'a', replicas: 3 }) };
    expect(outcomesOf(environment.compile(expression), variables)).toEqual([
      [expect.anything(), cost],
      [expect.anything(), cost],
    ]);
  });
});
