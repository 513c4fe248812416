import type { MatchExpression } from '@drover/api/types/kubevirt';
import { describe, expect, it } from 'vitest';
import { fits } from './node-affinity.js';

const labels = { zone: 'a', cores: '8', 'network.harvesterhci.io/mgmt': 'true' };
const required = (...terms: MatchExpression[][]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
      },
    },
  },
});

describe('a host', () => {
  it.each<[string, Parameters<typeof fits>[0], boolean]>([
    ['fits a machine that asks for nothing', {}, true],
    ['fits its own labels', { nodeSelector: { zone: 'a' } }, true],
    ['does not fit others', { nodeSelector: { zone: 'b' } }, false],
    ['fits In', required([{ key: 'zone', operator: 'In', values: ['a', 'b'] }]), true],
    ['does not fit NotIn', required([{ key: 'zone', operator: 'NotIn', values: ['a'] }]), false],
    ['fits NotIn of a label it has not', required([{ key: 'rack', operator: 'NotIn', values: ['1'] }]), true],
    [
      'fits Exists and DoesNotExist',
      required([
        { key: 'zone', operator: 'Exists' },
        { key: 'rack', operator: 'DoesNotExist' },
      ]),
      true,
    ],
    ['fits Gt', required([{ key: 'cores', operator: 'Gt', values: ['4'] }]), true],
    ['does not fit Lt', required([{ key: 'cores', operator: 'Lt', values: ['8'] }]), false],
    [
      'fits one of several terms',
      required([{ key: 'rack', operator: 'Exists' }], [{ key: 'zone', operator: 'Exists' }]),
      true,
    ],
    ['does not fit a term that asks for nothing', required([]), false],
    [
      'does not fit a network that is not up on it',
      required([{ key: 'network.harvesterhci.io/servers', operator: 'In', values: ['true'] }]),
      false,
    ],
  ])('%s', (_, spec, expected) => {
    expect(fits(spec, 'lab', labels)).toBe(expected);
  });

  it('is found by its name', () => {
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['lab'] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
    expect(fits({ affinity }, 'lab', {})).toBe(true);
    expect(fits({ affinity }, 'other', {})).toBe(false);
  });
});
