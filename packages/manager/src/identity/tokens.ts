import { type JsonObject, type ManagementToken, managementTokens, type Stored, type User } from '@drover/api';
import type { Client } from '@drover/client';
import { rfc3339 } from '@drover/controller';
import { type Clock, NAME_ALPHABET, type RandomBytes, randomText, Secret } from '@drover/kit';
import { NormanError } from '../norman/norman-error.js';
import type { Settings } from '../settings.js';
import type { Caller } from './caller.js';
import type { Directory } from './directory.js';
import { hashKey, newKey } from './token-key.js';
import { KIND_LABEL, USER_LABEL } from './token-kind.js';
import type { TokenLife } from './token-life.js';

/** A token that has just been made; `bearer` is `name:key` and is shown once. */
export interface NewToken {
  readonly token: Stored<ManagementToken>;
  readonly bearer: Secret;
}

const MINUTE_MS = 60_000;
/** A hundred years: a time to live that is longer ends at no date, and says so with 0. */
const LONGEST_MS = 100 * 366 * 24 * 60 * MINUTE_MS;
/** Each kubeconfig that a console makes has one, and they last a month. */
const MOST_TOKENS = 5_000;
/** `lastUsedAt` is written at most this often a token: reads must not become writes. */
const USE_INTERVAL_MS = 60_000;

/** Where somebody signed in: people know their sessions by it. */
export interface SessionOrigin {
  readonly address: string;
  /** What the client calls itself (`User-Agent`). */
  readonly agent: string;
}

const FROM = 'drover.io/signed-in-from';
const AGENT = 'drover.io/signed-in-with';
const LONGEST_AGENT = 256;

/** Where a session was begun, as far as its token says. */
export function originOf({ metadata }: Stored<ManagementToken>): SessionOrigin | undefined {
  const { [FROM]: address, [AGENT]: agent = '' } = metadata.annotations ?? {};
  return address === undefined ? undefined : { address, agent };
}

/** Makes and ends the tokens of users. */
export class Tokens {
  readonly #lastUses = new Map<string, number>();

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly directory: Directory;
      readonly life: TokenLife;
      /** Whether browsers say that somebody is there: else each of their requests does. */
      readonly reportsActivity: boolean;
      /** Tokens that one user may have; by default five thousand. */
      readonly most?: number;
      readonly settings: Settings;
      readonly clock: Clock;
      readonly random: RandomBytes;
    },
  ) {}

  /** A sign-in: lasts as long as the setting says, whatever the client asks. */
  session(user: Stored<User>, description: string, origin: SessionOrigin): Promise<NewToken> {
    const ttl = this.parts.settings.count('auth-user-session-ttl-minutes') * MINUTE_MS;
    return this.#create(user, this.#name('token-', 5), { kind: 'session', ttl, description, isDerived: false, origin });
  }

  /** A token a user makes from another one; `ttlMs` 0 or absent asks for the longest allowed. */
  derived(user: Stored<User>, wish: { description: string; ttlMs?: number; clusterName?: string }): Promise<NewToken> {
    const { description, clusterName } = wish;
    const fallback = this.parts.settings.count('auth-token-default-ttl-minutes') * MINUTE_MS;
    return this.#create(user, this.#name('token-', 5), {
      kind: 'derived',
      ttl: this.#capped(wish.ttlMs === undefined ? fallback : wish.ttlMs),
      description,
      isDerived: true,
      ...(clusterName === undefined ? {} : { clusterName }),
    });
  }

  /**
   * The token inside a kubeconfig; its name is what other tools recognise it by. It lasts as long as the setting says, or for `ttlMs`,
   * and is good for one cluster alone where `clusterName` names one.
   */
  kubeconfig(
    user: Stored<User>,
    wish: { description: string; ttlMs?: number | undefined; clusterName?: string | undefined },
  ): Promise<NewToken> {
    const { description, clusterName } = wish;
    const byDefault = this.parts.settings.count('kubeconfig-default-token-ttl-minutes') * MINUTE_MS;
    return this.#create(user, this.#name(`kubeconfig-${user.metadata.name}`, 5), {
      kind: 'kubeconfig',
      ttl: this.#capped(wish.ttlMs ?? byDefault),
      description,
      isDerived: true,
      ...(clusterName === undefined ? {} : { clusterName }),
    });
  }

  /** A token that never ends, whatever the longest time is that others may have: for machines that nobody looks after. */
  endless(user: Stored<User>, wish: { description: string; clusterName?: string }): Promise<NewToken> {
    return this.#create(user, this.#name(`${user.metadata.name}-`, 5), {
      kind: 'provisioning',
      ttl: 0,
      isDerived: true,
      ...wish,
    });
  }

  /** Ends `token`; resolves when it no longer holds here. */
  async revoke(token: Stored<ManagementToken>): Promise<void> {
    const { name, uid } = token.metadata;
    await this.parts.client.delete(managementTokens, { name }, { preconditions: { uid } });
    await this.parts.directory.settleRemoval(managementTokens, name);
  }

  /** Notes that the caller's token was used, in memory at once and in its object now and then. */
  used({ token, via }: Pick<Caller, 'token' | 'via'>): void {
    if (via !== 'cookie' || !this.parts.reportsActivity) this.parts.life.seen(token);
    const { name } = token.metadata;
    const now = this.parts.clock.now();
    const before = this.#lastUses.get(name) ?? Date.parse(token.lastUsedAt ?? '1970-01-01T00:00:00Z');
    if (now - before < USE_INTERVAL_MS) return;
    this.#lastUses.set(name, now);
    if (this.#lastUses.size > REMEMBERED_USES) this.#lastUses.clear();
    const lastUsedAt = rfc3339(now);
    // Only a hint for people: a use that could not be written is not worth failing a request for.
    this.parts.client.patch(managementTokens, { name }, { type: 'merge', patch: { lastUsedAt } }).catch(() => {});
  }

  /** @throws NormanError MaxLimitExceeded for a user who has too many keys already. Sessions are not refused for that. */
  #demandRoom(user: Stored<User>): void {
    const { directory, most = MOST_TOKENS } = this.parts;
    if (directory.tokensOf(user.metadata.name).length < most) return;
    throw new NormanError('MaxLimitExceeded', `a user has at most ${most} keys and sessions: delete some first`);
  }

  async #create(
    user: Stored<User>,
    name: string,
    fields: {
      kind: string;
      ttl: number;
      description: string;
      isDerived: boolean;
      clusterName?: string;
      origin?: SessionOrigin;
    },
  ): Promise<NewToken> {
    const { kind, origin, ...rest } = fields;
    if (kind !== 'session') this.#demandRoom(user);
    const key = newKey(this.parts.random);
    const token = await this.parts.client.create(managementTokens, {
      apiVersion: 'management.cattle.io/v3',
      kind: 'Token',
      metadata: {
        name,
        labels: {
          [USER_LABEL]: user.metadata.name,
          [KIND_LABEL]: kind,
        },
        annotations: {
          'authn.management.cattle.io/token-hashed': 'true',
          ...(origin && { [FROM]: origin.address, [AGENT]: origin.agent.slice(0, LONGEST_AGENT) }),
        },
      },
      ...rest,
      token: hashKey(key, this.parts.random),
      userId: user.metadata.name,
      authProvider: 'local',
      userPrincipal: principalOf(user),
      enabled: true,
    });
    await this.parts.directory.settleToken(token);
    return { token, bearer: new Secret(`${name}:${key.reveal()}`) };
  }

  #name(prefix: string, length: number): string {
    return `${prefix}${randomText(length, this.parts.random, NAME_ALPHABET)}`;
  }

  /** No token outlives the cap; asking for "for ever" asks for the cap. */
  #capped(ttlMs: number): number {
    const cap = this.parts.settings.count('auth-token-max-ttl-minutes') * MINUTE_MS;
    if (cap === 0) return Math.min(ttlMs, LONGEST_MS);
    return ttlMs <= 0 ? cap : Math.min(ttlMs, cap);
  }
}

/** Tokens whose last use is remembered; when full, each is written once more. */
const REMEMBERED_USES = 10_000;

/** A local user as a principal. */
export function principalOf(user: Stored<User>): JsonObject {
  return {
    metadata: { name: `local://${user.metadata.name}` },
    displayName: user.displayName ?? user.username ?? user.metadata.name,
    loginName: user.username ?? '',
    principalType: 'user',
    provider: 'local',
    me: true,
  };
}
