import { type Identity, type ManagementToken, managementSettings, type Stored, type User, users } from '@drover/api';
import type { Client } from '@drover/client';
import type { Secret } from '@drover/kit';
import { excessOfUser } from '../admission/excess.js';
import { hasFirstPassword } from '../bootstrap/admin.js';
import { NormanError } from '../norman/norman-error.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { Settings } from '../settings.js';
import type { Directory } from './directory.js';
import { passwordFault } from './password.js';
import type { Passwords } from './passwords.js';
import type { SignIns } from './sign-in.js';
import { isSession } from './token-kind.js';
import type { Tokens } from './tokens.js';

/** Changes of passwords, one's own and others'. Each ends the other sessions of its user. */
export class PasswordChanges {
  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly directory: Directory;
      readonly passwords: Passwords;
      readonly signIns: SignIns;
      readonly tokens: Tokens;
      readonly reviews: AccessReviews;
      readonly settings: Settings;
      readonly firstPasswordChanged: () => Promise<void>;
    },
  ) {}

  /**
   * Changes the password of `user`, who shows the current one; `token` is what it does that with, which goes on.
   *
   * @throws NormanError for a wrong current password, too many of them, or a new one that will not do.
   */
  async own(
    user: Stored<User>,
    asked: {
      readonly current: Secret;
      readonly wanted: Secret;
      readonly address: string;
      readonly token: Stored<ManagementToken>;
    },
  ): Promise<void> {
    const { current, wanted, address, token } = asked;
    // Keys can be made at will: each with guesses of its own, they would have no end.
    const session = isSession(token) ? token.metadata.name : `keys of ${user.metadata.name}`;
    const checked = await this.parts.signIns.attempt(user.username ?? '', current, { address, session });
    if (checked.outcome === 'wait') throw new NormanError('TooManyRequests', 'too many attempts: try again later');
    if (checked.outcome !== 'welcome') {
      throw new NormanError('InvalidBodyContent', 'the current password is wrong', { fieldName: 'currentPassword' });
    }
    this.demand(wanted, user.username ?? '', { current });
    await this.#set(user, wanted, token.metadata.name);
  }

  /**
   * Sets the password of the user `name` for `caller`, who may update users and has no less than that user.
   *
   * @throws NormanError when it may not, there is no such user, or the password will not do.
   */
  async others(caller: Identity, name: string, wanted: Secret, session: string): Promise<Stored<User>> {
    const question = { verb: 'update', group: 'management.cattle.io', resource: 'users', name };
    if (!(await this.parts.reviews.allowed(caller, question)))
      throw new NormanError('PermissionDenied', 'you may not change this user');
    const user = this.parts.directory.user(name);
    if (user === undefined) throw new NormanError('NotFound', `user "${name}" does not exist`);
    const excess = await excessOfUser(this.parts.client, caller, name);
    if (excess !== undefined) throw new NormanError('PermissionDenied', `the user has more than you have: ${excess}`);
    this.demand(wanted, user.username ?? '');
    const same = await this.parts.passwords.check(name, wanted, `set by ${caller.name}`);
    if (same === 'busy') throw new NormanError('TooManyRequests', 'too many attempts: try again later');
    if (same === 'right') this.demand(wanted, user.username ?? '', { current: wanted });
    await this.#set(user, wanted, session);
    return user;
  }

  /** @throws NormanError for a password that will not do. */
  demand(password: Secret, username: string, { current, field }: { current?: Secret; field?: string } = {}): void {
    const minLength = this.parts.settings.count('password-min-length');
    const fault = passwordFault(password, { minLength, username, ...(current === undefined ? {} : { current }) });
    if (fault !== undefined) throw new NormanError('InvalidBodyContent', fault, { fieldName: field ?? 'newPassword' });
  }

  async #set(user: Stored<User>, password: Secret, session: string): Promise<void> {
    const { client, passwords, directory, tokens } = this.parts;
    const { name } = user.metadata;
    const first = hasFirstPassword(user);
    await passwords.set(name, password);
    const changed = await client.patch(users, { name }, { type: 'merge', patch: { mustChangePassword: false } });
    await directory.settleUser(changed);
    if (first) {
      await client.patch(managementSettings, { name: 'first-login' }, { type: 'merge', patch: { value: 'false' } });
      await this.parts.firstPasswordChanged();
    }
    const others = directory.tokensOf(name).filter((token) => isSession(token) && token.metadata.name !== session);
    await Promise.all(others.map((token) => tokens.revoke(token)));
  }
}
