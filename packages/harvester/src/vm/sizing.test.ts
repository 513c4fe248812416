import type { DomainSpec } from '@drover/api/types/kubevirt';
import { describe, expect, it } from 'vitest';
import { demandOf, type SizingRules, size } from './sizing.js';

const rules: SizingRules = {
  overcommit: { cpu: 1000, memory: 150, storage: 100 },
  overheadRatio: 1.5,
  reservedMemory: undefined,
  hotplug: false,
  hotplugRatio: 4,
};
const machine = (domain: Partial<DomainSpec>): DomainSpec => ({ devices: {}, ...domain });
const sized = (domain: Partial<DomainSpec>, changes: Partial<SizingRules> = {}): DomainSpec => {
  const copy = machine(structuredClone(domain));
  size(copy, { ...rules, ...changes });
  return copy;
};
const limits = { limits: { cpu: '2', memory: '4Gi' } };

describe('a machine is sized by its limits', () => {
  it('with requests by overcommit, memory whole in MiB', () => {
    expect(sized({ resources: limits })).toEqual({
      devices: {},
      cpu: { cores: 1, sockets: 1, threads: 1, maxSockets: 1 },
      memory: { guest: '4Gi' },
      resources: { ...limits, requests: { cpu: '200m', memory: '2730Mi' } },
    });
  });

  it.each([
    ['the whole limit for the guest', {}, '4Gi'],
    ['less what is reserved', { reservedMemory: '256Mi' }, '3840Mi'],
    ['less 100Mi when the overhead ratio is off', { overheadRatio: 0 }, '3996Mi'],
    ['less the reservation only, when both apply', { overheadRatio: 0, reservedMemory: '1Gi' }, '3Gi'],
  ])('with %s', (_, changes, guest) => {
    expect(sized({ resources: limits }, changes).memory).toEqual({ guest });
  });

  it('except where CPU and memory may be changed at run time', () => {
    const domain = sized(
      { resources: limits, memory: { guest: '1Gi', maxGuest: '4Gi' }, cpu: { sockets: 2, maxSockets: 8 } },
      { hotplug: true },
    );
    expect(domain.memory).toEqual({ guest: '1Gi', maxGuest: '4Gi' });
    expect(domain.cpu).toEqual({ cores: 1, sockets: 2, threads: 1, maxSockets: 8 });
  });

  it('with requests equal to limits when its processors are pinned', () => {
    expect(sized({ resources: limits, cpu: { dedicatedCpuPlacement: true } }).resources?.requests).toEqual({
      cpu: '2',
      memory: '4Gi',
    });
  });

  it('and refused when nothing is left for the guest', () => {
    expect(() => sized({ resources: limits }, { reservedMemory: '4Gi' })).toThrow(/leaves nothing of the limit 4Gi/);
    expect(() => sized({ resources: { limits: { memory: '105Mi' } } }, { overheadRatio: 0 })).toThrow(
      /below the minimum of 10Mi/,
    );
    expect(() => sized({ resources: { limits: { memory: 'lots' } } })).toThrow(/not a quantity/);
  });
});

describe('the demand of a machine', () => {
  it.each<[string, Partial<DomainSpec>, bigint, bigint]>([
    ['its requests', { resources: { requests: { cpu: '300m', memory: '1Gi' } } }, 1n << 30n, 300n],
    [
      'its guest memory and a tenth of its processors without requests',
      { memory: { guest: '512Mi' }, cpu: { cores: 2 } },
      512n << 20n,
      200n,
    ],
    ['its limits without either', { resources: { limits: { cpu: 2, memory: '1Mi' } } }, 1n << 20n, 2000n],
  ])('is %s', (_, domain, memoryBytes, cpuMillis) => {
    expect(demandOf(machine(domain))).toEqual({ memoryBytes, cpuMillis });
  });
});
