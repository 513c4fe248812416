import { global, instance, int, type Library, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, STRING } from '../type.js';
import { CelOpaque } from '../value.js';
import {
  type Address,
  AddressError,
  addressText,
  containsAddress,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  masked,
  type Prefix,
  parseAddress,
  parsePrefix,
} from './address.js';

class CelIp extends CelOpaque {
  override readonly typeName = 'net.IP';
  override readonly size: number;

  constructor(readonly address: Address) {
    super();
    this.size = address.family === 4 ? 4 : 16;
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelIp && sameAddress(other.address, this.address);
  }
}

class CelCidr extends CelOpaque {
  override readonly typeName = 'net.CIDR';
  override readonly size: number;

  constructor(readonly prefix: Prefix) {
    super();
    this.size = Math.ceil(prefix.length / 8);
  }

  override equals(other: CelOpaque): boolean {
    return (
      other instanceof CelCidr &&
      other.prefix.length === this.prefix.length &&
      sameAddress(other.prefix.address, this.prefix.address)
    );
  }
}

const sameAddress = (a: Address, b: Address): boolean => a.family === b.family && a.bits === b.bits;

const ip = instance('net.IP', CelIp);
const cidr = instance('net.CIDR', CelCidr);

/** What reading gives, with its error as the language's. */
function read<T>(parse: (text: string) => T, text: string, why = ''): T {
  try {
    return parse(text);
  } catch (error) {
    throw error instanceof AddressError ? new EvaluationError(`${why}${error.message}`) : error;
  }
}

function isReadable(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}

const ipOf = (text: string): CelIp => new CelIp(read(parseAddress, text));
const cidrOf = (text: string): CelCidr =>
  new CelCidr(read(parsePrefix, text, 'network address parse error during conversion from string: '));

const containsPrefix = ({ prefix }: CelCidr, { prefix: other }: CelCidr): boolean =>
  prefix.length <= other.length && containsAddress(prefix, other.address);

/** Kubernetes' functions on addresses and networks. */
export const NET: Library = [
  [
    'ip',
    [
      global('string_to_ip', [string], ip.type, ipOf),
      member('cidr_ip', [cidr], ip.type, ({ prefix }) => new CelIp(prefix.address)),
    ],
  ],
  ['isIP', [global('is_ip', [string], BOOL, (text) => isReadable(parseAddress, text))]],
  ['ip.isCanonical', [global('ip_is_canonical', [string], BOOL, (text) => addressText(ipOf(text).address) === text)]],
  ['family', [member('ip_family', [ip], int.type, ({ address }) => BigInt(address.family))]],
  ['isUnspecified', [member('ip_is_unspecified', [ip], BOOL, ({ address }) => isUnspecified(address))]],
  ['isLoopback', [member('ip_is_loopback', [ip], BOOL, ({ address }) => isLoopback(address))]],
  [
    'isLinkLocalMulticast',
    [member('ip_is_link_local_multicast', [ip], BOOL, ({ address }) => isLinkLocalMulticast(address))],
  ],
  [
    'isLinkLocalUnicast',
    [member('ip_is_link_local_unicast', [ip], BOOL, ({ address }) => isLinkLocalUnicast(address))],
  ],
  ['isGlobalUnicast', [member('ip_is_global_unicast', [ip], BOOL, ({ address }) => isGlobalUnicast(address))]],
  ['cidr', [global('string_to_cidr', [string], cidr.type, cidrOf)]],
  ['isCIDR', [global('is_cidr', [string], BOOL, (text) => isReadable(parsePrefix, text))]],
  [
    'containsIP',
    [
      member('cidr_contains_ip_string', [cidr, string], BOOL, ({ prefix }, text) =>
        containsAddress(prefix, ipOf(text).address),
      ),
      member('cidr_contains_ip_ip', [cidr, ip], BOOL, ({ prefix }, { address }) => containsAddress(prefix, address)),
    ],
  ],
  [
    'containsCIDR',
    [
      member('cidr_contains_cidr_string', [cidr, string], BOOL, (network, text) =>
        containsPrefix(network, cidrOf(text)),
      ),
      member('cidr_contains_cidr', [cidr, cidr], BOOL, containsPrefix),
    ],
  ],
  ['prefixLength', [member('cidr_prefix_length', [cidr], int.type, ({ prefix }) => BigInt(prefix.length))]],
  ['masked', [member('cidr_masked', [cidr], cidr.type, ({ prefix }) => new CelCidr(masked(prefix)))]],
  [
    'string',
    [
      global('ip_to_string', [ip], STRING, ({ address }) => addressText(address)),
      global('cidr_to_string', [cidr], STRING, ({ prefix }) => `${addressText(prefix.address)}/${prefix.length}`),
    ],
  ],
];
