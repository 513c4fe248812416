import type { JsonObject, ManagementToken, Stored } from '@drover/api';
import { readObject, textField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { Caller } from '../identity/caller.js';
import type { Directory } from '../identity/directory.js';
import { CLEARED_COOKIES } from '../identity/login.js';
import type { TokenAccess } from '../identity/token-access.js';
import { isSession } from '../identity/token-kind.js';
import { expiryOf, type TokenLife } from '../identity/token-life.js';
import { originOf, type Tokens } from '../identity/tokens.js';
import { collectionPage } from './collection-query.js';
import { baseOf, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { collectionDocument } from './resource.js';

const TYPE = { id: 'token', plural: 'tokens', collectionMethods: ['GET', 'POST'] } as const;

/** Tokens: everybody's own, and those of others for who may manage their users. */
export class TokenRoutes {
  constructor(
    private readonly parts: {
      readonly directory: Directory;
      readonly tokens: Tokens;
      readonly access: TokenAccess;
      readonly life: TokenLife;
      /** Fails when the caller may not see the cluster. */
      readonly demandCluster: (caller: Caller, cluster: string) => Promise<unknown>;
    },
  ) {}

  /** `GET /v3/tokens`: the caller's own; with `userId=` another user's. Filtered, sorted and paged by the query. */
  async list(exchange: SignedIn): Promise<Answer> {
    const base = baseOf(exchange);
    const { caller, url } = exchange;
    const owner = url.searchParams.get('userId') || caller.user.metadata.name;
    if (!(await this.parts.access.maySee(caller.identity, owner)))
      throw new NormanError('PermissionDenied', `you may not see the tokens of user "${owner}"`);
    const documents = this.parts.directory.tokensOf(owner).map((token) => this.#document(token, exchange));
    return withSchemas(collectionDocument(TYPE, collectionPage(documents, url), base), base);
  }

  async get(exchange: SignedIn): Promise<Answer> {
    return withSchemas(this.#document(await this.#token(exchange), exchange), baseOf(exchange));
  }

  /**
   * `POST /v3/tokens {description, ttl, clusterId}`: an API key; its text is in this answer only. With `kind: "provisioning"` it never
   * ends, which takes a right of its own.
   */
  async create(exchange: SignedIn): Promise<Answer> {
    const { caller } = exchange;
    const body = await readObject(exchange.request);
    const wish = { description: textField(body, 'description') ?? '', ...(await this.#clusterOf(caller, body)) };
    const { token, bearer } = isEndless(body)
      ? await this.#endless(caller, wish)
      : await this.parts.tokens.derived(caller.user, { ...wish, ...ttlOf(body) });
    return { status: 201, json: { ...this.#document(token, exchange), token: bearer.reveal() } };
  }

  async remove(exchange: SignedIn): Promise<Answer> {
    const { caller } = exchange;
    const token = await this.#token(exchange);
    if (token.metadata.name === caller.token.metadata.name) {
      throw new NormanError('InvalidState', 'the token that is shown cannot be deleted: sign out instead');
    }
    const fault = await this.parts.access.endingFault(caller.identity, token.userId ?? '');
    if (fault !== undefined) throw new NormanError('PermissionDenied', fault);
    await this.parts.tokens.revoke(token);
    return ok(this.#document(token, exchange));
  }

  /** Ends the session that is shown. */
  async logout({ caller }: SignedIn): Promise<Answer> {
    await this.parts.tokens.revoke(caller.token);
    return { status: 200, headers: { 'set-cookie': CLEARED_COOKIES }, json: {} };
  }

  /** Ends all sessions of the caller; tokens made for programs stay. */
  async logoutAll({ caller }: SignedIn): Promise<Answer> {
    const sessions = this.parts.directory.tokensOf(caller.user.metadata.name).filter(isSession);
    await Promise.all(sessions.map((session) => this.parts.tokens.revoke(session)));
    return { status: 200, headers: { 'set-cookie': CLEARED_COOKIES }, json: {} };
  }

  async #endless(caller: Caller, wish: { description: string; clusterName?: string }) {
    if (!(await this.parts.access.mayMakeEndless(caller.identity))) {
      const sentence = 'a key that never ends takes the right to create tokens (management.cattle.io)';
      throw new NormanError('PermissionDenied', sentence);
    }
    return this.parts.tokens.endless(caller.user, wish);
  }

  async #clusterOf(caller: Caller, body: JsonObject): Promise<{ clusterName?: string }> {
    const clusterName = textField(body, 'clusterId');
    if (!clusterName) return {};
    await this.parts.demandCluster(caller, clusterName);
    return { clusterName };
  }

  /** The token of the path, when the caller may see it; else the same 404 as for one that does not exist. */
  async #token({ caller, params }: SignedIn): Promise<Stored<ManagementToken>> {
    const found = await this.parts.directory.token(params['id']?.replace(/^ext\//, '') ?? '');
    if (found === undefined || !(await this.parts.access.maySee(caller.identity, found.userId ?? '')))
      throw new NormanError('NotFound', `token "${params['id']}" does not exist`);
    return found;
  }

  #document(token: Stored<ManagementToken>, exchange: SignedIn): object {
    const { metadata, userId, description, ttl, isDerived, lastUsedAt, activityLastSeenAt, clusterName, enabled } =
      token;
    const self = `${baseOf(exchange)}/tokens/${metadata.name}`;
    const { life } = this.parts;
    const expiry = expiryOf(token);
    const idle = life.idleEnd(token);
    const origin = originOf(token);
    return {
      id: metadata.name,
      type: 'token',
      baseType: 'token',
      name: metadata.name,
      created: metadata.creationTimestamp,
      createdTS: Date.parse(metadata.creationTimestamp),
      uuid: metadata.uid,
      userId,
      description: description ?? '',
      ttl: ttl ?? 0,
      isDerived: isDerived === true,
      current: metadata.name === exchange.caller.token.metadata.name,
      enabled: enabled !== false,
      expired: ['expired', 'idle'].includes(life.fault(token) ?? ''),
      expiresAt: expiry === undefined ? '' : new Date(expiry).toISOString(),
      idlesOutAt: idle === undefined ? null : new Date(idle).toISOString(),
      activityLastSeenAt: activityLastSeenAt ?? null,
      signedInFrom: origin?.address ?? null,
      signedInWith: origin?.agent ?? null,
      lastUsedAt: lastUsedAt ?? null,
      clusterId: clusterName || null,
      labels: metadata.labels ?? {},
      links: { self, remove: self },
      actions: {},
    };
  }
}

/** Whether a key that never ends is asked for, as machines have it. */
function isEndless(body: JsonObject): boolean {
  const kind = textField(body, 'kind') || 'derived';
  if (kind !== 'derived' && kind !== 'provisioning') {
    const sentence = `a token of the kind "${kind}" cannot be made here: use derived or provisioning`;
    throw new NormanError('InvalidOption', sentence, { fieldName: 'kind' });
  }
  return kind === 'provisioning';
}

function ttlOf({ ttl }: JsonObject): { ttlMs?: number } {
  if (ttl === undefined || ttl === null) return {};
  if (typeof ttl !== 'number' || !Number.isSafeInteger(ttl) || ttl < 0)
    throw new NormanError('InvalidFormat', 'ttl must be a number of milliseconds', { fieldName: 'ttl' });
  return { ttlMs: ttl };
}
