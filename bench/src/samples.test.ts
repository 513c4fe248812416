import { expect, it } from 'vitest';
import { Samples } from './samples.js';
import { table } from './table.js';

it('a quantile is the nearest rank', () => {
  const samples = new Samples();
  for (let ms = 100; ms >= 1; ms -= 1) samples.add(ms);
  expect([samples.median, samples.p99, samples.at(1), new Samples().median]).toEqual([50, 99, 100, 0]);
});

it('a table ends with the ratio to what it compares with', () => {
  const text = table([{ what: 'create', unit: 'per s', median: 3_000, against: { what: 'etcd', value: 1_000 } }]);
  expect(text.split('\n')[1]).toMatch(/create +3,000 +per s +etcd 1,000 +3\.00×$/);
});
