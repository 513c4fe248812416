/** An address of the internet, as Go's netip reads and writes it. */
export interface Address {
  readonly family: 4 | 6;
  readonly bits: bigint;
}

/** An address and how many of its bits name the network. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** Why a text is no address, in netip's words. */
export class AddressError extends Error {}

/**
 * Reads an address; with a zone, or an IPv4 address written as IPv6, it is one that Kubernetes does not take.
 *
 * @throws AddressError
 */
export function parseAddress(text: string): Address {
  if (text.includes('%')) throw new AddressError(`IP address ${JSON.stringify(text)} with zone value is not allowed`);
  const bits = text.includes(':') ? parseSix(text) : parseFour(text);
  if (bits === undefined)
    throw new AddressError(
      `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  if (text.includes(':') && bits >> 32n === 0xffffn)
    throw new AddressError(`IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`);
  return { family: text.includes(':') ? 6 : 4, bits };
}

/** Reads an address with the length of its network's name: `10.0.0.0/8`. @throws AddressError */
export function parsePrefix(text: string): Prefix {
  const slash = text.lastIndexOf('/');
  const digits = text.slice(slash + 1);
  const why = `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)})`;
  if (slash < 0) throw new AddressError(`${why}: no '/'`);
  const address = parseAddress(text.slice(0, slash));
  if (!/^(0|[1-9]\d{0,2})$/.test(digits))
    throw new AddressError(`${why}: bad bits after slash: ${JSON.stringify(digits)}`);
  const length = Number(digits);
  if (length > widthOf(address)) throw new AddressError(`${why}: prefix length out of range`);
  return { address, length };
}

const widthOf = ({ family }: Address): number => (family === 4 ? 32 : 128);

/** The network that the prefix names: without the bits behind its length. */
export function masked({ address, length }: Prefix): Prefix {
  const shift = BigInt(widthOf(address) - length);
  return { address: { ...address, bits: (address.bits >> shift) << shift }, length };
}

/** Whether the address is of that network. */
export function containsAddress(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family !== address.family) return false;
  const shift = BigInt(widthOf(address) - prefix.length);
  return prefix.address.bits >> shift === address.bits >> shift;
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const lastColon = text.lastIndexOf(':');
  const tail = text.slice(lastColon + 1);
  const four = tail.includes('.') ? parseFour(tail) : undefined;
  if (tail.includes('.') && four === undefined) return undefined;
  const whole =
    four === undefined
      ? text
      : `${text.slice(0, lastColon + 1)}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  const [head = '', rest, more] = whole.split('::');
  if (more !== undefined) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = rest === undefined || rest === '' ? [] : rest.split(':');
  const missing = 8 - before.length - after.length;
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** The one way to write an address (RFC 5952 for IPv6). */
export function addressText({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (bits >> BigInt(112 - 16 * index)) & 0xffffn);
  const [start, length] = longestZeros(groups);
  const text = (part: readonly bigint[]): string => part.map((group) => group.toString(16)).join(':');
  return length < 2 ? text(groups) : `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly bigint[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0n) end += 1;
    if (end - start > best[1]) best = [start, end - start];
  }
  return best;
}

const inNetwork =
  (four: string | undefined, six: string | undefined) =>
  (address: Address): boolean => {
    const network = address.family === 4 ? four : six;
    return network !== undefined && containsAddress(parsePrefix(network), address);
  };

export const isUnspecified = inNetwork('0.0.0.0/32', '::/128');
export const isLoopback = inNetwork('127.0.0.0/8', '::1/128');
export const isLinkLocalUnicast = inNetwork('169.254.0.0/16', 'fe80::/10');
const isMulticast = inNetwork('224.0.0.0/4', 'ff00::/8');

/** Multicast that stays on the link: 224.0.0.x, and IPv6 multicast of scope 2. */
export const isLinkLocalMulticast = (address: Address): boolean =>
  address.family === 4
    ? containsAddress(parsePrefix('224.0.0.0/24'), address)
    : (address.bits & (0xff0fn << 112n)) === 0xff02n << 112n;

/** An address of one host, on no link alone: private ones too. */
export const isGlobalUnicast = (address: Address): boolean =>
  !(address.family === 4 && address.bits === 0xffffffffn) &&
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast].some((is) => is(address));
