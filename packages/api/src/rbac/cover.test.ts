import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyRule } from '../generated/types/rbac-v1.js';
import { uncovered } from './cover.js';
import { rulesAllow } from './rule.js';

const rule = (verbs: string[], apiGroups: string[], resources: string[], resourceNames?: string[]): PolicyRule => ({
  verbs,
  apiGroups,
  resources,
  ...(resourceNames ? { resourceNames } : {}),
});

describe('who holds some rules', () => {
  it.each<[string, PolicyRule[], PolicyRule[], number]>([
    ['may give the same', [rule(['get'], [''], ['pods'])], [rule(['get'], [''], ['pods'])], 0],
    ['may not give another verb', [rule(['get'], [''], ['pods'])], [rule(['get', 'list'], [''], ['pods'])], 1],
    ['may not give another group', [rule(['get'], ['a'], ['x'])], [rule(['get'], ['b'], ['x'])], 1],
    ['may not give * for what is listed', [rule(['get'], [''], ['pods', 'secrets'])], [rule(['get'], [''], ['*'])], 1],
    ['may give anything with *', [rule(['*'], ['*'], ['*'])], [rule(['*'], ['*'], ['*', 'pods/exec'])], 0],
    [
      'may combine rules',
      [rule(['get'], [''], ['a']), rule(['get'], [''], ['b'])],
      [rule(['get'], [''], ['a', 'b'])],
      0,
    ],
    ['may not drop the names', [rule(['get'], [''], ['a'], ['x'])], [rule(['get'], [''], ['a'])], 1],
    ['may add names', [rule(['get'], [''], ['a'])], [rule(['get'], [''], ['a'], ['x'])], 0],
    ['may give a subresource of */scale', [rule(['get'], [''], ['*/scale'])], [rule(['get'], [''], ['d/scale'])], 0],
    ['may not give a path by resources', [rule(['*'], ['*'], ['*'])], [{ verbs: ['get'], nonResourceURLs: ['/x'] }], 1],
    [
      'may give a longer path',
      [{ verbs: ['get'], nonResourceURLs: ['/x/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/x/y', '/x/*'] }],
      0,
    ],
  ])('%s', (_name, held, wanted, missing) => {
    expect(uncovered(held, wanted)).toHaveLength(missing);
  });

  it('are not taken apart into more combinations than a server has time for', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `x${index}`);
    const huge = rule(many, many, many);
    expect(uncovered([rule(['get'], [''], ['pods'])], [huge])).toEqual([huge]);
    expect(uncovered([rule(['*'], ['*'], ['*'])], [huge])).toEqual([]);
    expect(uncovered([huge], [huge])).toEqual([]);
    expect(uncovered([rule(many, many, many, ['a'])], [huge])).toEqual([huge]);
  });

  it('never gives a right that is not held', () => {
    const some = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
    const anyRule = fc.record({
      verbs: some(['get', 'list', '*']),
      apiGroups: some(['', 'a', '*']),
      resources: some(['x', 'x/scale', '*/scale', '*']),
      resourceNames: fc.uniqueArray(fc.constantFrom('n', 'm'), { maxLength: 1 }),
    });
    const attributes = fc.record({
      verb: fc.constantFrom('get', 'list', 'watch'),
      group: fc.constantFrom('', 'a', 'b'),
      resource: fc.constantFrom('x', 'y'),
      subresource: fc.constantFrom('', 'scale'),
      name: fc.constantFrom('', 'n', 'm'),
    });
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 3 }),
        fc.array(anyRule, { maxLength: 2 }),
        attributes,
        (held, wanted, asked) => {
          fc.pre(uncovered(held, wanted).length === 0);
          if (rulesAllow(wanted, asked)) expect(rulesAllow(held, asked)).toBe(true);
        },
      ),
    );
  });
});
