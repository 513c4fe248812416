import type { Stored, User } from '@drover/api';
import type { Clock, Secret } from '@drover/kit';
import type { Directory } from './directory.js';
import type { Passwords } from './passwords.js';
import { Throttle } from './throttle.js';

/** What comes of a user name and a password. */
export type SignIn =
  | { readonly outcome: 'welcome'; readonly user: Stored<User> }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'disabled' }
  | { readonly outcome: 'wait'; readonly waitMs: number };

/** Addresses and address-with-name pairs remembered: some megabytes under the worst attack. */
const REMEMBERED = 10_000;
/** What a client is told when too many sign-ins are under way. */
const BUSY_MS = 2_000;

/**
 * Checks sign-ins. A wrong name and a wrong password cannot be told apart, by words or by time. Guessing is slowed down for
 * the address that guesses, so that nobody can lock somebody else out by guessing badly in their name.
 */
export class SignIns {
  readonly #throttle: Throttle;

  constructor(
    private readonly parts: { readonly directory: Directory; readonly passwords: Passwords; readonly clock: Clock },
  ) {
    this.#throttle = new Throttle(parts.clock, REMEMBERED);
  }

  async attempt(username: string, password: Secret, address: string): Promise<SignIn> {
    const key = `${address} ${username}`;
    const waitMs = this.#throttle.waitMs(key);
    if (waitMs > 0) return { outcome: 'wait', waitMs };
    const user = this.parts.directory.userByUsername(username);
    const answer = await this.parts.passwords.check(user?.metadata.name, password);
    if (answer === 'busy') return { outcome: 'wait', waitMs: BUSY_MS };
    if (answer === 'wrong' || user === undefined) {
      this.#throttle.failed(key);
      return { outcome: 'refused' };
    }
    this.#throttle.succeeded(key);
    return user.enabled === false ? { outcome: 'disabled' } : { outcome: 'welcome', user };
  }
}
