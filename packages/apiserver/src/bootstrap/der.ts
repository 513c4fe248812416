/** The tags that certificates are written with (X.680, 8.4; those of a context are made by `context`). */
const Tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The largest year that UTCTime can tell (RFC 5280, 4.1.2.5). */
const LAST_SHORT_YEAR = 2049;

const encode = (tag: number, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([tag]), length(content.byteLength), content]);

export const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(Tag.sequence, Buffer.concat(parts));
export const setOf = (part: Uint8Array): Buffer => encode(Tag.set, part);
export const octets = (content: Uint8Array): Buffer => encode(Tag.octets, content);
export const utf8 = (text: string): Buffer => encode(Tag.utf8, Buffer.from(text));
export const yes = (): Buffer => encode(Tag.boolean, Buffer.from([0xff]));

/** A number from its bytes, the greatest first, that is not negative. */
export function integer(magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const bytes = first < 0 ? Buffer.from([0]) : magnitude.subarray(first);
  const sign = (bytes[0] as number) >= 0x80 ? [0] : [];
  return encode(Tag.integer, Buffer.concat([Buffer.from(sign), bytes]));
}

/** Bits, of whose last byte the lowest `unused` are none. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  encode(Tag.bits, Buffer.concat([Buffer.from([unused]), content]));

/** `[number]`: within `constructed`, other values; otherwise bytes as they are. */
export const context = (number: number, content: Uint8Array, constructed = false): Buffer =>
  encode((constructed ? 0xa0 : 0x80) | number, content);

/** An object identifier, from `2.5.29.17`. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(Tag.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A moment, to the second, in the form that certificates must use for its year. */
export function time(ms: number): Buffer {
  const moment = new Date(ms);
  const digits = `${moment.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return moment.getUTCFullYear() > LAST_SHORT_YEAR
    ? encode(Tag.generalizedTime, Buffer.from(digits))
    : encode(Tag.utcTime, Buffer.from(digits.slice(2)));
}

/**
 * The values, as encoded, that a constructed value is made of.
 *
 * @throws RangeError when one is longer than what it is in.
 */
export function partsOf(value: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = contentOf(value, 0).start; at < value.byteLength; ) {
    const { end } = contentOf(value, at);
    parts.push(value.subarray(at, end));
    at = end;
  }
  return parts;
}

function contentOf(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  const first = bytes[at + 1] ?? 0;
  const more = first < 0x80 ? 0 : first & 0x7f;
  const size = bytes.subarray(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = at + 2 + more;
  const end = start + (more === 0 ? first : size);
  if (end > bytes.byteLength) throw new RangeError('the encoding ends within a value');
  return { start, end };
}

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes]);
  const digits = bytes < 0x100 ? [bytes] : [bytes >>> 8, bytes & 0xff];
  if (bytes > 0xffff) throw new RangeError(`${bytes} bytes are more than a certificate of ours can have`);
  return Buffer.from([0x80 | digits.length, ...digits]);
}

/** Seven bits a byte, the highest first; all but the last are marked. */
function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
