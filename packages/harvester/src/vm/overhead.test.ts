import { expect, it } from 'vitest';
import { memoryOverhead } from './overhead.js';

const MIB = 1n << 20n;
const domain = (cores: number, memory: string) => ({
  cpu: { cores },
  devices: {},
  resources: { requests: { memory } },
});

it.each([
  [1, '2Gi', 1, 272n],
  [1, '2Gi', 1.5, 408n],
  [8, '16Gi', 1, 356n],
  [8, '16Gi', 1.5, 534n],
  [1, '2Gi', 0, 272n],
])(
  'a machine of %d cores and %s takes, at a ratio of %d, %d MiB beside its guest’s memory',
  (cores, memory, ratio, mib) => {
    expect(memoryOverhead(domain(cores, memory), ratio)).toBe(mib * MIB);
  },
);
