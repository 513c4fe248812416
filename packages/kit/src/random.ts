/** Where unguessable and unpredictable bytes come from; a test passes its own. */
export type RandomBytes = (length: number) => Uint8Array;

/** Letters Kubernetes uses for generated names: no vowels, so that no words come out (apimachinery util/rand). */
export const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** `length` characters of `alphabet`, each equally likely (bytes that would favour some characters are drawn again). */
export function randomText(length: number, random: RandomBytes, alphabet: string = NAME_ALPHABET): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of random(length - text.length)) {
      if (byte < limit) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
