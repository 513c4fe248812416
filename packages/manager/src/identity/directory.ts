import {
  isJsonObject,
  type JsonObject,
  type KubeObject,
  type ManagementToken,
  managementTokens,
  type Stored,
  type User,
  type UserAttribute,
  users,
} from '@drover/api';
import { type Client, type Informer, isOlder } from '@drover/client';
import { getIfPresent } from '@drover/controller';
import type { Clock } from '@drover/kit';

/** Name of the index of users by their sign-in name. */
export const BY_USERNAME = 'username';

/** Name of the index of users by the principals of identity providers that they are. */
export const BY_PRINCIPAL = 'principal';

/** The users and tokens there are, from memory; what this process has just written is waited for. */
export class Directory {
  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly users: Informer<User>;
      readonly tokens: Informer<ManagementToken>;
      readonly attributes: Informer<UserAttribute>;
      readonly clock: Clock;
    },
  ) {}

  /** The user with this object name (`u-…`, `user-…`). */
  user(name: string): Stored<User> | undefined {
    return this.parts.users.get(undefined, name);
  }

  users(): readonly Stored<User>[] {
    return this.parts.users.list();
  }

  /** The user who signs in as `username`; of several (a mistake made behind our back) none. */
  userByUsername(username: string): Stored<User> | undefined {
    const found = this.parts.users.by(BY_USERNAME, username);
    return found.length === 1 ? found[0] : undefined;
  }

  /** The user who is known to an identity provider as `principal`; of several none. */
  userByPrincipal(principal: string): Stored<User> | undefined {
    const found = this.parts.users.by(BY_PRINCIPAL, principal);
    return found.length === 1 ? found[0] : undefined;
  }

  tokensOf(user: string): readonly Stored<ManagementToken>[] {
    return this.parts.tokens.list().filter((token) => token.userId === user);
  }

  /**
   * The token of this name. One that is not in memory is asked for: it may be a moment old, made by another replica. The
   * question costs the same whether there is such a token or not.
   */
  async token(name: string): Promise<Stored<ManagementToken> | undefined> {
    const known = this.parts.tokens.get(undefined, name);
    if (known !== undefined) return known;
    return getIfPresent(this.parts.client, managementTokens, { name });
  }

  /**
   * The groups of a user: those its identity providers told. Names of Kubernetes' own groups (`system:…`) are not theirs to
   * give.
   */
  groups(user: string): readonly string[] {
    return groupsIn(this.parts.attributes.get(undefined, user));
  }

  /** Resolves when memory holds `user` as just written, or newer. */
  settleUser(user: Stored<User>): Promise<void> {
    return settled(this.parts.users, user, this.parts.clock);
  }

  settleToken(token: Stored<ManagementToken>): Promise<void> {
    return settled(this.parts.tokens, token, this.parts.clock);
  }

  /** Resolves when memory no longer holds the object. */
  async settleRemoval(kind: typeof users | typeof managementTokens, name: string): Promise<void> {
    const informer: Informer<User> | Informer<ManagementToken> = kind === users ? this.parts.users : this.parts.tokens;
    await until(this.parts.clock, (met) => {
      if (informer.get(undefined, name) === undefined) met();
      return informer.subscribe((event: { type: string; object: KubeObject }) => {
        if (event.type === 'deleted' && event.object.metadata.name === name) met();
      });
    });
  }
}

/** How long a writer waits to see its own write: an informer that is cut off must not hold up a sign-in. */
const PATIENCE_MS = 2_000;

/** Resolves when `informer` shows `written` or a later state of it, at the latest after two seconds. */
async function settled<T extends KubeObject>(informer: Informer<T>, written: Stored<T>, clock: Clock): Promise<void> {
  const { namespace, name } = written.metadata;
  // Memory may be further than the writer: a controller has been at the object before the writer came back to it.
  const isSince = (state: Stored<T> | undefined): boolean => state !== undefined && !isOlder(state, written);
  if (isSince(informer.get(namespace, name))) return;
  await until(clock, (met) =>
    informer.subscribe(({ object }) => {
      if (object.metadata.name === name && object.metadata.namespace === namespace && isSince(object)) met();
    }),
  );
}

/** The groups that a user's attributes say it is in; never one of Kubernetes' own. */
export function groupsIn(attributes: UserAttribute | undefined): readonly string[] {
  const providers = attributes?.GroupPrincipals ?? {};
  const names = Object.values(providers).flatMap(({ Items = [] }) => Items.map(principalName));
  return [...new Set(names)].filter((name) => name !== '' && !name.startsWith('system:'));
}

/** Principals are kept as whole objects; the name is what Kubernetes knows the group by. */
function principalName({ metadata }: JsonObject): string {
  const name = isJsonObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

async function until(clock: Clock, arrange: (met: () => void) => Disposable): Promise<void> {
  let met = (): void => {};
  const reached = new Promise<void>((resolve) => {
    met = resolve;
  });
  using _timer = clock.after(PATIENCE_MS, met);
  using _subscription = arrange(met);
  await reached;
}
