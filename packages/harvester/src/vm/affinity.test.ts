import { describe, expect, it } from 'vitest';
import { withRequirements } from './affinity.js';

const inTrue = (key: string): object => ({ key, operator: 'In', values: ['true'] });
const required = (...terms: object[][]): object => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: terms.map((matchExpressions) => ({ matchExpressions })),
    },
  },
});
const zone = { key: 'zone', operator: 'In', values: ['a'] };

describe("a machine's node affinity", () => {
  it('asks for its cluster networks and pinned processors in every term', () => {
    const written = required([zone], [{ ...zone, values: ['b'] }]);
    expect(withRequirements(written, ['vlan', 'vlan'], true)).toEqual(
      required(
        [zone, inTrue('network.harvesterhci.io/vlan'), inTrue('cpumanager')],
        [{ ...zone, values: ['b'] }, inTrue('network.harvesterhci.io/vlan'), inTrue('cpumanager')],
      ),
    );
  });

  it('loses what it no longer needs, and itself when nothing is left', () => {
    const before = withRequirements(undefined, ['vlan'], true);
    expect(before).toEqual(required([inTrue('network.harvesterhci.io/vlan'), inTrue('cpumanager')]));
    expect(withRequirements(before, ['mgmt'], false)).toEqual(required([inTrue('network.harvesterhci.io/mgmt')]));
    expect(withRequirements(before, [], false)).toEqual({});
    expect(withRequirements(undefined, [], false)).toBeUndefined();
  });

  it('keeps what the user wrote beside it', () => {
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };
    expect(withRequirements({ podAntiAffinity }, ['mgmt'], false)).toMatchObject({ podAntiAffinity });
  });
});
