import type { IncomingHttpHeaders } from 'node:http';
import { connectionOptions, isHopByHop } from '@drover/kit';

/** The headers that pass from a tunnel's request to the API server, or why the request may not pass. */
export type Passage =
  | { readonly headers: Readonly<Record<string, string | readonly string[]>> }
  | { readonly refused: 401 | 403; readonly message: string };

/** Groups of the system that a user of the management server has. No other group of the system can be had through a tunnel. */
const SYSTEM_GROUPS = ['system:authenticated', 'system:unauthenticated', 'system:cattle:authenticated'];

/**
 * What of a request's headers goes on to the API server, where the agent's own token vouches for the identity in the
 * `Impersonate-*` headers. The server at the other end of the tunnel decides who its users are; that none of them is the system
 * itself, the agent makes sure of.
 */
export function passage(headers: IncomingHttpHeaders): Passage {
  const user = headers['impersonate-user'];
  if (typeof user !== 'string' || user === '') return { refused: 401, message: 'Unauthorized' };
  if (user.startsWith('system:')) return { refused: 403, message: `a tunnel cannot impersonate ${user}` };
  const groups = listOf(headers['impersonate-group']);
  const group = groups.find((name) => name.startsWith('system:') && !SYSTEM_GROUPS.includes(name));
  if (group !== undefined) return { refused: 403, message: `a tunnel cannot impersonate group ${group}` };

  // What `Connection` names is about the connection, except that nobody can name an identity away (CVE-2021-31999).
  const dropped = new Set(['authorization', 'cookie', ...connectionOptions(headers.connection)]);
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || isHopByHop(name)) continue;
    if (dropped.has(name) && !name.startsWith('impersonate-')) continue;
    kept[name] = name === 'impersonate-group' ? groups : value;
  }
  return { headers: kept };
}

/** Node joins repeated headers with commas; a group's name has none. */
function listOf(value: string | readonly string[] | undefined): string[] {
  const text = typeof value === 'string' ? value : (value ?? []).join(',');
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
