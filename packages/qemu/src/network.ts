import { isIPv4 } from 'node:net';
import { DescriptionError, type Nic, type PortForward, type UserNetwork } from './description.js';
import { text, whole } from './option.js';

/** KubeVirt's masquerade network. */
const DEFAULT_CIDR = '10.0.2.0/24';

/** The addresses of a user-mode network. */
export interface UserAddresses {
  readonly cidr: string;
  readonly gateway: string;
  readonly guest: string;
  readonly dns: string;
}

/** The addresses that a user-mode network gives out. @throws DescriptionError for a bad `cidr`. */
export function userAddresses(network: UserNetwork): UserAddresses {
  const cidr = network.cidr ?? DEFAULT_CIDR;
  const [address = '', prefix = ''] = cidr.split('/');
  const length = Number(prefix);
  if (!isIPv4(address) || !/^\d+$/.test(prefix) || length < 8 || length > 29) {
    throw new DescriptionError('cidr', `"${cidr}" is not an IPv4 network with a prefix length from 8 to 29`);
  }
  const mask = 2 ** (32 - length);
  const base = Math.floor(toNumber(address) / mask) * mask;
  if (base !== toNumber(address)) throw new DescriptionError('cidr', `"${cidr}" has bits set after its prefix`);
  return { cidr, gateway: toAddress(base + 1), guest: toAddress(base + 2), dns: toAddress(base + 3) };
}

/** The value of `-netdev` (QAPI `Netdev`) for a card. */
export function netdev(nic: Nic, id: string): Readonly<Record<string, unknown>> {
  if (nic.network.kind === 'tap') {
    const { ifname } = nic.network;
    if (!/^[A-Za-z0-9._-]{1,15}$/.test(ifname)) {
      throw new DescriptionError('ifname', `"${ifname}" is not the name of a network device`);
    }
    return { type: 'tap', id, ifname, script: 'no', downscript: 'no' };
  }
  const { cidr, gateway, guest, dns } = userAddresses(nic.network);
  const { hostname, forwards = [] } = nic.network;
  return {
    type: 'user',
    id,
    net: cidr,
    host: gateway,
    dhcpstart: guest,
    dns,
    ipv6: false,
    ...(hostname === undefined ? {} : { hostname: text('hostname', hostname) }),
    ...(forwards.length === 0 ? {} : { hostfwd: forwards.map((one) => ({ str: hostForward(one, guest) })) }),
  };
}

/** A forward as slirp writes it: `tcp:127.0.0.1:2222-10.0.2.2:22`. */
export function hostForward(forward: PortForward, guest: string): string {
  const host = ipv4('hostAddress', forward.hostAddress);
  const hostPort = whole('hostPort', forward.hostPort, 0, 65_535);
  return `${protocol(forward)}:${host}:${hostPort}-${guest}:${whole('guestPort', forward.guestPort, 1, 65_535)}`;
}

/** The host's side of a forward, as `hostfwd_remove` wants it. */
export function hostSide(forward: PortForward): string {
  return `${protocol(forward)}:${ipv4('hostAddress', forward.hostAddress)}:${whole('hostPort', forward.hostPort, 1, 65_535)}`;
}

/** A unicast MAC address in lower case. @throws DescriptionError */
export function macAddress(mac: string): string {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new DescriptionError('mac', `"${mac}" is not a MAC address`);
  if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1)
    throw new DescriptionError('mac', `"${mac}" is a multicast address`);
  return mac.toLowerCase();
}

function protocol(forward: PortForward): string {
  if (forward.protocol !== 'tcp' && forward.protocol !== 'udp') {
    throw new DescriptionError('protocol', `"${String(forward.protocol)}" is neither tcp nor udp`);
  }
  return forward.protocol;
}

function ipv4(field: string, address: string): string {
  if (!isIPv4(address)) throw new DescriptionError(field, `"${address}" is not an IPv4 address`);
  return address;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}
