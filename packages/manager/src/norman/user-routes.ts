import { type Json, managementSettings, type Stored, type User, users } from '@drover/api';
import type { Client } from '@drover/client';
import { NAME_ALPHABET, type RandomBytes, randomText, Secret } from '@drover/kit';
import { excessOfUser } from '../admission/excess.js';
import { hasFirstPassword } from '../bootstrap/admin.js';
import { readObject, requiredText, textField, textMapField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { Caller } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import { passwordFault } from '../identity/password.js';
import type { Passwords } from '../identity/passwords.js';
import type { SignIns } from '../identity/sign-in.js';
import { isSession } from '../identity/token-kind.js';
import type { Tokens } from '../identity/tokens.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { Settings } from '../settings.js';
import { baseOf, type NormanApi, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { collectionDocument, resourceDocument } from './resource.js';

/** Users, as far as passwords and identity go; everything else about them is the generic part's. */
export class UserRoutes {
  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly norman: NormanApi;
      readonly directory: Directory;
      readonly passwords: Passwords;
      readonly signIns: SignIns;
      readonly tokens: Tokens;
      readonly reviews: AccessReviews;
      readonly settings: Settings;
      readonly random: RandomBytes;
      readonly firstPasswordChanged: () => Promise<void>;
    },
  ) {}

  /** `GET /v3/users?me=true`: who the caller is; without `me` all users the caller may see. */
  async list(exchange: SignedIn): Promise<Answer> {
    if (exchange.url.searchParams.get('me') !== 'true') {
      if (exchange.caller.user.mustChangePassword === true)
        throw new NormanError('PermissionDenied', 'only ?me=true before the password is changed');
      return this.parts.norman.list({ ...exchange, params: { type: 'users' } });
    }
    const base = baseOf(exchange);
    const { user } = exchange.caller;
    const document = { ...resourceDocument(this.parts.norman.known('users'), user, base), me: true };
    return withSchemas(collectionDocument(this.parts.norman.known('users'), [document], base), base);
  }

  /** `POST /v3/users`: the password is hashed at once and stored nowhere else. */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const username = requiredText(body, 'username');
    const password = new Secret(requiredText(body, 'password'));
    this.#demandPassword(password, username);
    if (this.parts.directory.users().some((user) => user.username === username)) {
      throw new NormanError('NotUnique', `the user name "${username}" is taken`, { fieldName: 'username' });
    }
    const name = `u-${randomText(5, this.parts.random, NAME_ALPHABET)}`;
    const user = await this.parts.norman.asUser(exchange.caller).create(users, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'User',
      metadata: { name },
      username,
      displayName: textField(body, 'name') ?? username,
      description: textField(body, 'description') ?? '',
      enabled: body['enabled'] !== false,
      mustChangePassword: body['mustChangePassword'] === true,
    });
    await this.parts.passwords.set(name, password);
    await this.parts.directory.settleUser(user);
    return { status: 201, json: resourceDocument(this.parts.norman.known('users'), user, baseOf(exchange)) };
  }

  /** `PUT /v3/users/:id`: name, description, whether it may sign in, and whether it must choose another password. */
  async update(exchange: SignedIn): Promise<Answer> {
    const { caller, params, request } = exchange;
    const type = this.parts.norman.known('users');
    const { metadata } = await this.parts.norman.object(caller, type, params['id'] ?? '');
    const body = await readObject(request);
    const patch: Record<string, Json> = { metadata: { labels: textMapField(body, 'labels') } };
    const displayName = textField(body, 'name');
    if (displayName !== undefined) patch['displayName'] = displayName;
    const description = textField(body, 'description');
    if (description !== undefined) patch['description'] = description;
    for (const field of ['enabled', 'mustChangePassword']) {
      if (typeof body[field] === 'boolean') patch[field] = body[field];
    }
    const client = this.parts.norman.asUser(caller);
    const changed = await client.patch(users, { name: metadata.name }, { type: 'merge', patch });
    await this.parts.directory.settleUser(changed);
    return ok(resourceDocument(type, changed, baseOf(exchange)));
  }

  /** `POST /v3/users?action=changepassword {currentPassword, newPassword}`: the caller's own. Its other sessions end. */
  async changePassword({ request, caller }: SignedIn): Promise<Answer> {
    const body = await readObject(request);
    const current = new Secret(requiredText(body, 'currentPassword'));
    const wanted = new Secret(requiredText(body, 'newPassword'));
    const { user } = caller;
    const address = request.socket.remoteAddress ?? '';
    const session = caller.token.metadata.name;
    const checked = await this.parts.signIns.attempt(user.username ?? '', current, { address, session });
    if (checked.outcome === 'wait') throw new NormanError('TooManyRequests', 'too many attempts: try again later');
    if (checked.outcome !== 'welcome') {
      throw new NormanError('InvalidBodyContent', 'the current password is wrong', { fieldName: 'currentPassword' });
    }
    this.#demandPassword(wanted, user.username ?? '', current);
    await this.#set(user, wanted);
    await this.#endSessions(user, caller);
    return ok({});
  }

  /** `POST /v3/users/:id?action=setpassword {newPassword}`: somebody else's, by who may update users and has no less rights. */
  async setPassword(exchange: SignedIn): Promise<Answer> {
    const { caller, params, request } = exchange;
    const wanted = new Secret(requiredText(await readObject(request), 'newPassword'));
    const target = this.parts.directory.user(params['id'] ?? '');
    const question = { verb: 'update', group: 'management.cattle.io', resource: 'users', name: params['id'] };
    if (!(await this.parts.reviews.allowed(caller.identity, question))) {
      throw new NormanError('PermissionDenied', 'you may not change this user');
    }
    if (target === undefined) throw new NormanError('NotFound', `user "${params['id']}" does not exist`);
    const excess = await excessOfUser(this.parts.client, caller.identity, target.metadata.name);
    if (excess !== undefined) {
      throw new NormanError('PermissionDenied', `the user has more than you have: ${excess}`);
    }
    this.#demandPassword(wanted, target.username ?? '');
    await this.#set(target, wanted);
    await this.#endSessions(target, caller);
    return ok(resourceDocument(this.parts.norman.known('users'), target, baseOf(exchange)));
  }

  async #set(user: Stored<User>, password: Secret): Promise<void> {
    const { client, passwords, directory } = this.parts;
    const { name } = user.metadata;
    const first = hasFirstPassword(user);
    await passwords.set(name, password);
    const changed = await client.patch(users, { name }, { type: 'merge', patch: { mustChangePassword: false } });
    await directory.settleUser(changed);
    if (!first) return;
    await client.patch(managementSettings, { name: 'first-login' }, { type: 'merge', patch: { value: 'false' } });
    await this.parts.firstPasswordChanged();
  }

  async #endSessions(user: Stored<User>, { token }: Caller): Promise<void> {
    const others = this.parts.directory
      .tokensOf(user.metadata.name)
      .filter(({ metadata }) => metadata.name !== token.metadata.name);
    for (const session of others.filter(isSession)) await this.parts.tokens.revoke(session);
  }

  #demandPassword(password: Secret, username: string, current?: Secret): void {
    const minLength = this.parts.settings.count('password-min-length');
    const fault = passwordFault(password, { minLength, username, ...(current === undefined ? {} : { current }) });
    if (fault !== undefined) throw new NormanError('InvalidBodyContent', fault, { fieldName: 'newPassword' });
  }
}
