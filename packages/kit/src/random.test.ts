import { expect, it } from 'vitest';
import { drawnAhead, NAME_ALPHABET, randomText } from './random.js';

it('draws again for bytes that would favour some characters', () => {
  const bytes = [255, 0, 26];
  const text = randomText(2, (length) => Uint8Array.from(bytes.splice(0, length)));
  expect(text).toBe(`${NAME_ALPHABET[0]}${NAME_ALPHABET[26]}`);
});

it('bytes drawn ahead are those of the source, each once, and asked for seldom', () => {
  let next = 0;
  const asked: number[] = [];
  const random = drawnAhead((length) => {
    asked.push(length);
    return Uint8Array.from({ length }, () => next++ % 251);
  });
  const given = Array.from({ length: 100 }, () => [...random(16)]).flat();
  expect(given).toEqual(Array.from({ length: 1_600 }, (_, index) => index % 251));
  expect([asked.length, random(5_000).length]).toEqual([1, 5_000]);
});
