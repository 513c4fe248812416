import type { ManagementToken, Stored } from '@drover/api';
import { readObject, textField } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { Directory } from '../identity/directory.js';
import { CLEARED_COOKIES } from '../identity/login.js';
import { isSession } from '../identity/token-kind.js';
import { expiryOf, type TokenLife } from '../identity/token-life.js';
import type { Tokens } from '../identity/tokens.js';
import { baseOf, withSchemas } from './norman-api.js';
import { NormanError } from './norman-error.js';
import { collectionDocument } from './resource.js';

const TYPE = { id: 'token', plural: 'tokens', collectionMethods: ['GET', 'POST'] } as const;

/** The caller's own tokens: nobody sees or ends another's here. */
export class TokenRoutes {
  constructor(
    private readonly parts: { readonly directory: Directory; readonly tokens: Tokens; readonly life: TokenLife },
  ) {}

  async list(exchange: SignedIn): Promise<Answer> {
    const base = baseOf(exchange);
    const own = this.parts.directory.tokensOf(exchange.caller.user.metadata.name);
    const documents = own.map((token) => this.#document(token, exchange));
    return withSchemas(collectionDocument(TYPE, documents, base), base);
  }

  async get(exchange: SignedIn): Promise<Answer> {
    return withSchemas(this.#document(this.#own(exchange), exchange), baseOf(exchange));
  }

  /** A token derived from the one that is shown; its text is in this answer only. */
  async create(exchange: SignedIn): Promise<Answer> {
    const body = await readObject(exchange.request);
    const { ttl } = body;
    if (ttl !== undefined && (typeof ttl !== 'number' || !Number.isSafeInteger(ttl) || ttl < 0)) {
      throw new NormanError('InvalidFormat', 'ttl must be a number of milliseconds', { fieldName: 'ttl' });
    }
    const clusterName = textField(body, 'clusterId') || undefined;
    const { token, bearer } = await this.parts.tokens.derived(exchange.caller.user, {
      description: textField(body, 'description') ?? '',
      ...(ttl === undefined ? {} : { ttlMs: ttl }),
      ...(clusterName === undefined ? {} : { clusterName }),
    });
    return { status: 201, json: { ...this.#document(token, exchange), token: bearer.reveal() } };
  }

  async remove(exchange: SignedIn): Promise<Answer> {
    const token = this.#own(exchange);
    if (token.metadata.name === exchange.caller.token.metadata.name) {
      throw new NormanError('InvalidState', 'the token that is shown cannot be deleted: sign out instead');
    }
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
    for (const session of sessions) await this.parts.tokens.revoke(session);
    return { status: 200, headers: { 'set-cookie': CLEARED_COOKIES }, json: {} };
  }

  #own({ caller, params }: SignedIn): Stored<ManagementToken> {
    const own = this.parts.directory.tokensOf(caller.user.metadata.name);
    const found = own.find(({ metadata }) => metadata.name === params['id']);
    if (found === undefined) throw new NormanError('NotFound', `token "${params['id']}" does not exist`);
    return found;
  }

  #document(token: Stored<ManagementToken>, exchange: SignedIn): object {
    const { metadata, userId, description, ttl, isDerived, lastUsedAt, clusterName, enabled } = token;
    const self = `${baseOf(exchange)}/tokens/${metadata.name}`;
    const expiry = expiryOf(token);
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
      expired: ['expired', 'idle'].includes(this.parts.life.fault(token) ?? ''),
      expiresAt: expiry === undefined ? '' : new Date(expiry).toISOString(),
      lastUsedAt: lastUsedAt ?? null,
      clusterId: clusterName || null,
      labels: metadata.labels ?? {},
      links: { self, remove: self },
      actions: {},
    };
  }
}
