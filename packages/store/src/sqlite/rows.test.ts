import fc from 'fast-check';
import { expect, it } from 'vitest';
import { buffersOf, inSlabs, pack, pageOf, unpack } from './rows.js';

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

it('what is handed over of a page has the bytes of its values and no others', () => {
  const shared = new Uint8Array([9, 1, 2, 3, 9]);
  const page = pageOf(['["/a","/b"]', '[2,3]', '[2,3]', '[1,2]', '[0,0]', shared.subarray(1, 4)]);
  expect(unpack(inSlabs(page, 100)).map(({ value }) => [...(value ?? [])])).toEqual([[1], [2, 3]]);
  expect(buffersOf(page)).toEqual([new Uint8Array([1, 2, 3]).buffer]);
});
