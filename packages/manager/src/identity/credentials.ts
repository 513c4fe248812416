/** What a request shows to say who sends it, before anybody has looked whether it holds. */
export type Credentials =
  | { readonly form: 'token'; readonly via: 'bearer' | 'basic' | 'cookie'; readonly name: string; readonly key: string }
  /** A bearer token that is not of our form: perhaps one of the Kubernetes API behind us. */
  | { readonly form: 'foreign' }
  | { readonly form: 'malformed' }
  | { readonly form: 'none' };

/** The cookie of a session, named as Rancher's. */
export const SESSION_COOKIE = 'R_SESS';

/**
 * Reads the credentials of a request: `Authorization: Bearer name:key`, Basic with the name as user and the key as password,
 * or the session cookie. The cookie is asked only when there is no Authorization header.
 */
export function readCredentials(headers: { readonly authorization?: string; readonly cookie?: string }): Credentials {
  const { authorization, cookie } = headers;
  if (authorization === undefined) {
    const session = readCookie(cookie, SESSION_COOKIE);
    return session === undefined ? { form: 'none' } : split(session, 'cookie');
  }
  const [, scheme = '', value = ''] = /^(\S+)\s+(.*)$/s.exec(authorization.trim()) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return value.includes(':') ? split(value.trim(), 'bearer') : { form: 'foreign' };
    case 'basic':
      // Node reads both base64 alphabets, as clients in the wild send either.
      return split(Buffer.from(value.trim(), 'base64').toString('utf8'), 'basic');
    default:
      return { form: 'malformed' };
  }
}

/** The value of the cookie `name`; of several, the first. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

function split(text: string, via: 'bearer' | 'basic' | 'cookie'): Credentials {
  // Tokens of Rancher's newer API say so in front of their names; here they are the same tokens.
  const [name = '', key = '', ...rest] = text.replace(/^ext\//, '').split(':');
  if (rest.length > 0 || !TOKEN_NAME.test(name) || key === '') return { form: 'malformed' };
  return { form: 'token', via, name, key };
}

/** Names of Token objects; anything else never becomes part of a path. */
const TOKEN_NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/;
