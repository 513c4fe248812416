import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatLabelSelector,
  isLabelKey,
  isLabelValue,
  type LabelRequirement,
  labelRequirements,
  matchesLabels,
  parseLabelSelector,
} from './label-selector.js';

const matches = (selector: string, labels: Record<string, string>): boolean =>
  matchesLabels(parseLabelSelector(selector), labels);

describe('a label selector', () => {
  it.each([
    ['', {}, true],
    ['a', { a: '' }, true],
    ['a', { b: '1' }, false],
    ['!a', {}, true],
    ['!a', { a: '1' }, false],
    ['a=1', { a: '1' }, true],
    ['a==1', { a: '2' }, false],
    ['a=', { a: '' }, true],
    ['a=', {}, false],
    ['a!=1', {}, true],
    ['a!=1', { a: '1' }, false],
    ['a in (1,2)', { a: '2' }, true],
    ['a in (1, 2)', { a: '3' }, false],
    ['a notin (1,2)', {}, true],
    ['a notin (1,2)', { a: '1' }, false],
    ['a>3', { a: '4' }, true],
    ['a>3', { a: '3' }, false],
    ['a<3', { a: '-2' }, true],
    ['a<3', { a: 'x' }, false],
    ['a=1,b!=2,!c', { a: '1' }, true],
    [' a = 1 , b in ( x ) ', { a: '1', b: 'x' }, true],
    ['app.kubernetes.io/name=web', { 'app.kubernetes.io/name': 'web' }, true],
    ['in in (in)', { in: 'in' }, true],
    ['a', { constructor: 'x' }, false],
    ['constructor', {}, false],
  ])('%s on %j answers %s', (selector, labels, expected) => {
    expect(matches(selector, labels)).toBe(expected);
  });

  it.each([
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a in', "unable to parse requirement: found '' expected: '('"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a=(b)', "unable to parse requirement: found '(', expected: identifier"],
    ['a>x', 'the value must be an integer'],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['-a=1', 'unable to parse requirement: <nil>: Invalid value: "-a": name part must consist of'],
    ['a=-', 'unable to parse requirement: values[0][a]: Invalid value: "-": a valid label must be'],
    [`a=${'x'.repeat(64)}`, 'must be no more than 63 characters'],
  ])('%s is refused with what is wrong', (selector, message) => {
    expect(() => parseLabelSelector(selector)).toThrow(message);
  });

  it('reads back what it writes', () => {
    const key = fc.stringMatching(/^[a-z]([a-z0-9._-]{0,8}[a-z0-9])?$/).filter(isLabelKey);
    const value = fc.stringMatching(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?)?$/).filter(isLabelValue);
    const requirement = fc.oneof(
      fc.record({
        key,
        operator: fc.constantFrom<'In' | 'NotIn'>('In', 'NotIn'),
        values: fc.uniqueArray(value, { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ key, operator: fc.constantFrom<'Exists' | 'DoesNotExist'>('Exists', 'DoesNotExist') }),
      fc.record({ key, operator: fc.constantFrom<'Gt' | 'Lt'>('Gt', 'Lt'), value: fc.bigInt({ min: -99n, max: 99n }) }),
    );
    const labels = fc.dictionary(key, fc.oneof(value, fc.integer({ min: -99, max: 99 }).map(String)));
    fc.assert(
      fc.property(fc.array<LabelRequirement>(requirement, { maxLength: 4 }), labels, (requirements, some) => {
        const again = parseLabelSelector(formatLabelSelector(requirements));
        expect(matchesLabels(again, some)).toBe(matchesLabels(requirements, some));
      }),
    );
  });
});

describe('a selector object', () => {
  it('asks for every label and every expression', () => {
    const requirements = labelRequirements({
      matchLabels: { a: '1' },
      matchExpressions: [
        { key: 'b', operator: 'In', values: ['x', 'y'] },
        { key: 'c', operator: 'DoesNotExist' },
      ],
    });
    expect(matchesLabels(requirements, { a: '1', b: 'y' })).toBe(true);
    expect(matchesLabels(requirements, { a: '1', b: 'y', c: '' })).toBe(false);
    expect(matchesLabels(requirements, { a: '1' })).toBe(false);
  });

  it('matches everything when empty', () => {
    expect(matchesLabels(labelRequirements({}), {})).toBe(true);
  });

  it.each([
    [{ key: 'a', operator: 'Equals' }, 'not a valid label selector operator'],
    [{ key: 'a', operator: 'In' }, "values set can't be empty"],
    [{ key: 'a', operator: 'Exists', values: ['x'] }, 'must be empty'],
    [{ key: 'a b', operator: 'Exists' }, 'name part must consist of'],
  ])('refuses %j', (expression, message) => {
    expect(() => labelRequirements({ matchExpressions: [expression] })).toThrow(message);
  });
});
