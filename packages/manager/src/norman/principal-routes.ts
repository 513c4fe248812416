import type { Stored, User } from '@drover/api';
import { readObject, requiredText, textField } from '../front/body.js';
import type { Answer, Exchange, SignedIn } from '../front/exchange.js';
import type { Directory } from '../identity/directory.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import { localUser } from '../rbac/subject.js';
import { collectionPage } from './collection-query.js';
import { baseOf, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { collectionDocument } from './resource.js';

const TYPE = { id: 'principal', plural: 'principals', collectionMethods: ['GET'] } as const;
/** Who looks for a member types some more rather than read on. */
const FOUND_AT_MOST = 50;
/** Users that are no people. */
const SYSTEM = 'system://';

/**
 * Whom one can make a member: people by name. All are local users as long as nobody signs in from elsewhere; groups come with
 * those.
 */
export class PrincipalRoutes {
  constructor(private readonly parts: { readonly directory: Directory; readonly reviews: AccessReviews }) {}

  /** `GET /v3/principals`: the caller, and nobody else. */
  async own(exchange: SignedIn): Promise<Answer> {
    return listed(exchange, [documentOf(exchange.caller.user, exchange)]);
  }

  /** `GET /v3/principals/:id`: oneself, or anybody for who may get principals. */
  async get(exchange: SignedIn): Promise<Answer> {
    const id = exchange.params['id'] ?? '';
    const name = localUser(id) ?? '';
    if (name !== exchange.caller.user.metadata.name) await this.#demand(exchange, 'get');
    const user = this.parts.directory.user(name);
    if (user === undefined) throw new NormanError('NotFound', `principal "${id}" does not exist`);
    return withSchemas(documentOf(user, exchange), baseOf(exchange));
  }

  /**
   * `POST /v3/principals?action=search {name, principalType?}`, for who may list principals: people whose user name or display name
   * contains that. At most fifty are told.
   */
  async search(exchange: SignedIn): Promise<Answer> {
    await this.#demand(exchange, 'list');
    const body = await readObject(exchange.request);
    const words = requiredText(body, 'name').toLowerCase();
    if (textField(body, 'principalType') === 'group') return listed(exchange, []);
    const matches = (user: User): boolean =>
      [user.username, user.displayName].some((name) => name?.toLowerCase().includes(words) === true);
    const found = this.parts.directory
      .users()
      .filter((user) => matches(user) && !user.principalIds?.some((id) => id.startsWith(SYSTEM)))
      .sort((a, b) => (a.username ?? '').localeCompare(b.username ?? ''))
      .slice(0, FOUND_AT_MOST);
    return listed(
      exchange,
      found.map((user) => documentOf(user, exchange)),
    );
  }

  async #demand({ caller }: SignedIn, verb: 'get' | 'list'): Promise<void> {
    const question = { verb, group: 'management.cattle.io', resource: 'principals' };
    if (await this.parts.reviews.allowed(caller.identity, question)) return;
    throw new NormanError('PermissionDenied', `you may not ${verb} principals`);
  }
}

function listed(exchange: Exchange, documents: readonly object[]): Answer {
  const base = baseOf(exchange);
  return withSchemas(collectionDocument(TYPE, collectionPage(documents, exchange.url), base), base);
}

function documentOf(user: Stored<User>, { caller, url }: SignedIn): object {
  const id = `local://${user.metadata.name}`;
  return {
    id,
    type: 'principal',
    baseType: 'principal',
    name: user.displayName || user.username || user.metadata.name,
    loginName: user.username ?? '',
    principalType: 'user',
    provider: 'local',
    me: user.metadata.name === caller.user.metadata.name,
    memberOf: false,
    links: { self: `${url.origin}/v3/principals/${encodeURIComponent(id)}` },
  };
}
