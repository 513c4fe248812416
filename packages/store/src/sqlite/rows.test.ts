import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inSlabs, pack, unpack } from './rows.js';

const row = fc.record({
  key: fc.string(),
  revision: fc.maxSafeNat(),
  created: fc.maxSafeNat(),
  value: fc.option(fc.uint8Array(), { nil: undefined }),
});

it('rows come out as they went in: empty values, deletes and all', () => {
  fc.assert(
    fc.property(fc.array(row), fc.nat(30), (rows, slabBytes) => {
      expect([...unpack(pack(rows))]).toEqual(rows);
      expect([...unpack(inSlabs(pack(rows), slabBytes))]).toEqual(rows);
    }),
  );
});
