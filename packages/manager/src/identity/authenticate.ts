import { type Caller, identityOf } from './caller.js';
import type { Credentials } from './credentials.js';
import type { Directory } from './directory.js';
import { isKey } from './token-key.js';
import type { TokenLife } from './token-life.js';

/**
 * Who shows `credentials`: a user whose token is known, has that key, and holds, and who is enabled. Everything else is
 * `undefined`, without a hint at which of these failed.
 */
export async function authenticate(
  credentials: Extract<Credentials, { form: 'token' }>,
  host: string,
  { directory, life }: { readonly directory: Directory; readonly life: TokenLife },
): Promise<Caller | undefined> {
  const token = await directory.token(credentials.name);
  const known = isKey(credentials.key, token?.token);
  if (!known || token === undefined || life.fault(token) !== undefined) return undefined;
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
