import { type Json, users } from '@drover/api';
import { NAME_ALPHABET, type RandomBytes, randomText, Secret } from '@drover/kit';
import { readObject, requiredText, textField, textMapField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { Directory } from '../identity/directory.js';
import type { PasswordChanges } from '../identity/password-changes.js';
import type { Passwords } from '../identity/passwords.js';
import { collectionPage } from './collection-query.js';
import { baseOf, type NormanApi, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { collectionDocument, resourceDocument } from './resource.js';

/** Users, as far as passwords and identity go; everything else about them is the generic part's. */
export class UserRoutes {
  constructor(
    private readonly parts: {
      readonly norman: NormanApi;
      readonly directory: Directory;
      readonly passwords: Passwords;
      readonly changes: PasswordChanges;
      readonly random: RandomBytes;
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
    return withSchemas(
      collectionDocument(this.parts.norman.known('users'), collectionPage([document], exchange.url), base),
      base,
    );
  }

  /** `POST /v3/users`: the password is hashed at once and stored nowhere else. */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const username = requiredText(body, 'username');
    const password = new Secret(requiredText(body, 'password'));
    this.parts.changes.demand(password, username, { field: 'password' });
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
    await this.parts.changes.own(caller.user, {
      current: new Secret(requiredText(body, 'currentPassword')),
      wanted: new Secret(requiredText(body, 'newPassword')),
      address: request.socket.remoteAddress ?? '',
      token: caller.token,
    });
    return ok({});
  }

  /** `POST /v3/users/:id?action=setpassword {newPassword}`: somebody else's, by who may update users and has no less rights. */
  async setPassword(exchange: SignedIn): Promise<Answer> {
    const { caller, params, request } = exchange;
    const wanted = new Secret(requiredText(await readObject(request), 'newPassword'));
    const session = caller.token.metadata.name;
    const target = await this.parts.changes.others(caller.identity, params['id'] ?? '', wanted, session);
    return ok(resourceDocument(this.parts.norman.known('users'), target, baseOf(exchange)));
  }
}
