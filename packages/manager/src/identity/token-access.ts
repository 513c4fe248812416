import type { Identity } from '@drover/api';
import type { LocalApi } from '../admission/caller-holdings.js';
import { excessOfUser } from '../admission/excess.js';
import type { AccessReviews } from '../proxy/access-reviews.js';

const TOKENS = { group: 'management.cattle.io', resource: 'tokens' };
const USERS = { group: 'management.cattle.io', resource: 'users' };

/**
 * Who may see and end tokens of others: whoever RBAC gives that on tokens, or who may `manage-users`. To end one takes all rights that
 * its user has, too: nobody locks out somebody above.
 */
export class TokenAccess {
  constructor(private readonly parts: { readonly reviews: AccessReviews; readonly client: LocalApi }) {}

  /** Whether `caller` may list or get the tokens of `owner`; with no owner, those of all users. */
  async maySee(caller: Identity, owner?: string): Promise<boolean> {
    if (caller.name === owner) return true;
    return (await this.#may(caller, 'list', TOKENS)) || this.#may(caller, 'manage-users', USERS, owner);
  }

  /** Why `caller` may not change or end a token of `owner`, in a sentence; `undefined` when it may. */
  async endingFault(caller: Identity, owner: string): Promise<string | undefined> {
    if (caller.name === owner) return undefined;
    const may = (await this.#may(caller, 'delete', TOKENS)) || (await this.#may(caller, 'manage-users', USERS, owner));
    if (!may) return 'you may not end tokens of others';
    const excess = await excessOfUser(this.parts.client, caller, owner);
    return excess === undefined ? undefined : `the user whose token this is has more than you have: ${excess}`;
  }

  /** Whether `caller` may make tokens that never end, which programs have that nobody looks after. */
  mayMakeEndless(caller: Identity): Promise<boolean> {
    return this.#may(caller, 'create', TOKENS);
  }

  #may(caller: Identity, verb: string, kind: typeof TOKENS, name?: string): Promise<boolean> {
    return this.parts.reviews.allowed(caller, { verb, ...kind, ...(name === undefined ? {} : { name }) });
  }
}
