import { expect, it } from 'vitest';
import { NAME_ALPHABET, randomText } from './random.js';

it('draws again for bytes that would favour some characters', () => {
  const bytes = [255, 0, 26];
  const text = randomText(2, (length) => Uint8Array.from(bytes.splice(0, length)));
  expect(text).toBe(`${NAME_ALPHABET[0]}${NAME_ALPHABET[26]}`);
});
