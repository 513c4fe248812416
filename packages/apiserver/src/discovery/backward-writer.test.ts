import { expect, it } from 'vitest';
import { BackwardWriter } from './backward-writer.js';

it('a message is its fields in their order, each with its number and length', () => {
  const out = new BackwardWriter();
  out.whole(3, 300);
  out.delimited(2, () => {
    out.double(9, 5);
    out.text(1, 'é');
  });
  expect(out.bytes().toString('hex')).toBe(`120d${'0a02c3a9'}${'490000000000001440'}${'18ac02'}`);
});

it.each(['text', 'double'] as const)('a message may grow as large as it wants to, by a %s as well', (kind) => {
  const out = new BackwardWriter();
  for (let count = 0; count < 1000; count += 1) {
    if (kind === 'text') out.text(1, 'ten bytes.');
    else out.double(1, 1);
  }
  const [field, length] =
    kind === 'text' ? [Buffer.from('\n\nten bytes.'), 12] : [Buffer.from('09000000000000f03f', 'hex'), 9];
  expect(out.bytes()).toEqual(Buffer.concat(Array.from({ length: 1000 }, () => field)));
  expect(out.bytes().length).toBe(1000 * length);
});
