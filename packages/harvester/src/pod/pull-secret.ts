import { Secret } from '@drover/kit';
import type { Login } from '../registry/lookup.js';

/** The registry logins of a Secret of type kubernetes.io/dockerconfigjson; none where it cannot be read. */
export function parseLogins(document: Secret): Login[] {
  try {
    const parsed: unknown = JSON.parse(document.reveal());
    if (typeof parsed !== 'object' || parsed === null || !('auths' in parsed)) return [];
    const { auths } = parsed;
    if (typeof auths !== 'object' || auths === null) return [];
    return Object.entries(auths).flatMap(([registry, entry]: [string, unknown]) => login(registry, entry));
  } catch {
    return [];
  }
}

function login(registry: string, entry: unknown): Login[] {
  if (typeof entry !== 'object' || entry === null) return [];
  const { auth, username, password } = { ...entry } as Record<string, unknown>;
  // Docker writes its own hub as https://index.docker.io/v1/.
  const host = registry.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  if (typeof username === 'string' && typeof password === 'string')
    return [{ host, username, password: new Secret(password) }];
  if (typeof auth !== 'string') return [];
  const [user = '', ...rest] = Buffer.from(auth, 'base64').toString('utf8').split(':');
  return [{ host, username: user, password: new Secret(rest.join(':')) }];
}
