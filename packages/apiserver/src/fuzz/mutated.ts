import fc, { type Arbitrary } from 'fast-check';

/** One change of some bytes. Places are in thousandths of the length, so that a change fits whatever it is made to. */
type Change =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array };

/** Bytes that an input may not grow over by changes: above it lie the limits of bodies, which have tests of their own. */
const MOST = 64 * 1024;

const at = fc.nat(1000);
const length = fc.integer({ min: 1, max: 64 });

function change(tokens: readonly string[]): Arbitrary<Change> {
  const token = fc.constantFrom(...tokens).map((text) => Buffer.from(text));
  const few = fc.uint8Array({ minLength: 1, maxLength: 8 });
  return fc.oneof(
    fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
    fc.record({ kind: fc.constant('cut' as const), at }),
    fc.record({ kind: fc.constant('drop' as const), at, length }),
    fc.record({ kind: fc.constant('repeat' as const), at, length, times: fc.constantFrom(1, 2, 16, 2000) }),
    fc.record({ kind: fc.constant('insert' as const), at, bytes: fc.oneof({ weight: 3, arbitrary: token }, few) }),
  );
}

/** Bytes that are nearly one of `corpus`: changed in a few places, among others by inserting some of `tokens`. */
export function mutated(corpus: readonly (string | Uint8Array)[], tokens: readonly string[]): Arbitrary<Uint8Array> {
  const seeds = corpus.map((one) => (typeof one === 'string' ? Buffer.from(one) : one));
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change(tokens), { maxLength: 6 }))
    .map(([seed, changes]) => changes.reduce(changed, seed));
}

/** The same for what is text. */
export const mutatedText = (corpus: readonly string[], tokens: readonly string[]): Arbitrary<string> =>
  mutated(corpus, tokens).map((bytes) => Buffer.from(bytes).toString());

function changed(bytes: Uint8Array, one: Change): Uint8Array {
  const place = Math.floor((one.at * bytes.length) / 1000);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (one.kind) {
    case 'flip': {
      const copy = Uint8Array.from(bytes);
      copy[place] = (copy[place] ?? 0) ^ (1 << one.bit);
      return copy.subarray(0, bytes.length);
    }
    case 'cut':
      return before;
    case 'drop':
      return Buffer.concat([before, after.subarray(one.length)]);
    case 'repeat': {
      const part = after.subarray(0, one.length);
      const times = Math.min(one.times, Math.floor(MOST / (part.length + 1)));
      return Buffer.concat([before, ...Array.from({ length: times }, () => part), after]).subarray(0, MOST);
    }
    case 'insert':
      return Buffer.concat([before, one.bytes, after]).subarray(0, MOST);
  }
}
