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

/** A number in [0, 1), with 32 bits of `random`: what `delayMs` spreads delays with. */
export function randomFraction(random: RandomBytes): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4);
  return (a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) / 2 ** 32;
}

/** Bytes drawn from a source at a time: asking the system costs as much for these as for the sixteen of a UID. */
const AHEAD = 4096;

/** The same bytes as `random`'s, drawn many at a time, for callers who need a few of them often. Each is given out once. */
export function drawnAhead(random: RandomBytes): RandomBytes {
  let drawn = new Uint8Array();
  return (length) => {
    if (length > AHEAD / 4) return random(length);
    if (drawn.length < length) drawn = Uint8Array.from(random(AHEAD));
    const bytes = drawn.slice(0, length);
    drawn.fill(0, 0, length);
    drawn = drawn.subarray(length);
    return bytes;
  };
}
