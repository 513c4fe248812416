import type { ManagementToken, Stored } from '@drover/api';
import type { Clock } from '@drover/kit';
import { type Caller, identityOf } from './caller.js';
import type { Credentials } from './credentials.js';
import type { Directory } from './directory.js';
import { isKey } from './token-key.js';

/** When a token stops holding (ms since the epoch); `undefined` when it never does by itself. */
export function expiryOf(token: Stored<ManagementToken>): number | undefined {
  const ttl = token.ttl ?? 0;
  return ttl === 0 ? undefined : Date.parse(token.metadata.creationTimestamp) + ttl;
}

/** Why a token that was shown does not hold now; `undefined` when it does. */
export function tokenFault(
  token: Stored<ManagementToken>,
  now: number,
): 'expired' | 'disabled' | 'deleted' | undefined {
  if (token.metadata.deletionTimestamp !== undefined) return 'deleted';
  if (token.enabled === false) return 'disabled';
  const expiry = expiryOf(token);
  return expiry !== undefined && expiry <= now ? 'expired' : undefined;
}

/**
 * Who shows `credentials`: a user whose token is known, has that key, and holds, and who is enabled. Everything else is
 * `undefined`, without a hint at which of these failed.
 */
export async function authenticate(
  credentials: Extract<Credentials, { form: 'token' }>,
  host: string,
  { directory, clock }: { readonly directory: Directory; readonly clock: Clock },
): Promise<Caller | undefined> {
  const token = await directory.token(credentials.name);
  const known = isKey(credentials.key, token?.token);
  if (!known || token === undefined || tokenFault(token, clock.now()) !== undefined) return undefined;
  const user = directory.user(token.userId ?? '');
  if (user === undefined || user.enabled === false || user.metadata.deletionTimestamp !== undefined) return undefined;
  const { name } = user.metadata;
  return {
    user,
    token,
    via: credentials.via,
    identity: identityOf(user, directory.groups(name), { token: token.metadata.name, host }),
  };
}
