import { isIPv6 } from 'node:net';
import type { Stored, User } from '@drover/api';
import type { Clock, RandomBytes, Secret } from '@drover/kit';
import { DeviceCookies } from './device-cookie.js';
import type { Directory } from './directory.js';
import type { Passwords } from './passwords.js';
import { Throttle } from './throttle.js';
import { Turns } from './turns.js';

/** What comes of a user name and a password. */
export type SignIn =
  | { readonly outcome: 'welcome'; readonly user: Stored<User> }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'disabled' }
  | { readonly outcome: 'wait'; readonly waitMs: number };

/** Where an attempt comes from. */
export interface SignInOrigin {
  readonly address: string;
  /** What the browser shows as the cookie of a device. */
  readonly device?: string | undefined;
  /** The session that asks, when somebody who is signed in proves the password once more. */
  readonly session?: string | undefined;
}

/** Addresses, names and pairs of them that are remembered: some megabytes under the worst attack. */
const REMEMBERED = 10_000;
/** What a client is told when too many sign-ins are under way. */
const BUSY_MS = 2_000;
/** Failures for one name, or from one address, after which attempts for it pass one by one. */
const MANY = 100;
const TURN_MS = 1_000;
/** As much of a name as is remembered: whoever signs in may send a mebibyte. */
const NAME_LENGTH = 256;

/**
 * Checks sign-ins. A wrong name and a wrong password cannot be told apart, by words or by time.
 *
 * Guessing is slowed down, and locks nobody out:
 * - who guesses one user's password from one address waits longer and longer, up to a minute;
 * - after a hundred failures for a name from anywhere, or from an address for any names, attempts there pass one each second, in
 *   fair turns: among addresses for a name, among names at an address (all people behind one proxy have one);
 * - a browser in which the user has signed in before, and a session of the user, are counted for themselves alone.
 */
export class SignIns {
  readonly devices: DeviceCookies;
  readonly #pairs: Throttle;
  readonly #totals: Throttle;
  readonly #turns: Turns;

  constructor(
    private readonly parts: {
      readonly directory: Directory;
      readonly passwords: Passwords;
      readonly clock: Clock;
      readonly random: RandomBytes;
    },
  ) {
    this.devices = new DeviceCookies(parts.random);
    this.#pairs = new Throttle(parts.clock, REMEMBERED);
    this.#totals = new Throttle(parts.clock, REMEMBERED);
    this.#turns = new Turns(parts.clock, TURN_MS);
  }

  /** Whether somebody signs in by this name. */
  knows(username: string): boolean {
    return this.parts.directory.userByUsername(username) !== undefined;
  }

  async attempt(username: string, password: Secret, origin: SignInOrigin): Promise<SignIn> {
    const user = this.parts.directory.userByUsername(username);
    const known = origin.session ?? this.devices.read(user?.metadata.name, origin.device);
    const network = networkOf(origin.address);
    const pair = known === undefined ? `from ${network} ${username.slice(0, NAME_LENGTH)}` : `known ${known}`;
    const waitMs = this.#pairs.waitMs(pair);
    if (waitMs > 0) return { outcome: 'wait', waitMs };
    if (known === undefined && !(await this.#turn(network, username))) return { outcome: 'wait', waitMs: BUSY_MS };
    const party = known === undefined ? network : pair;
    const answer = await this.parts.passwords.check(user?.metadata.name, password, party);
    if (answer === 'busy') return { outcome: 'wait', waitMs: BUSY_MS };
    if (answer === 'wrong' || user === undefined) {
      this.#pairs.failed(pair);
      if (known === undefined) for (const total of totalsOf(network, username)) this.#totals.failed(total);
      return { outcome: 'refused' };
    }
    this.#pairs.succeeded(pair);
    return user.enabled === false ? { outcome: 'disabled' } : { outcome: 'welcome', user };
  }

  async #turn(network: string, username: string): Promise<boolean> {
    const [byName, byAddress] = totalsOf(network, username);
    if (this.#totals.count(byName) >= MANY && !(await this.#turns.take(byName, network))) return false;
    return this.#totals.count(byAddress) < MANY || this.#turns.take(byAddress, username);
  }
}

const totalsOf = (network: string, username: string) =>
  [`name ${username.slice(0, NAME_LENGTH)}`, `address ${network}`] as const;

/** Whose an address is: of IPv6 its first 64 bits, since who has one address has all of those. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::`;
}
