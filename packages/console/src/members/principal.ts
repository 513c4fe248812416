import type { Http } from '../api/http.js';

/** Somebody who can be made a member, as the server knows them. */
export interface Principal {
  /** `local://u-…` for users of this server. */
  readonly id: string;
  readonly name: string;
  readonly loginName: string;
  readonly kind: 'user' | 'group';
}

/** People and groups whose name contains these words. */
export async function searchPrincipals(http: Http, words: string): Promise<readonly Principal[]> {
  const answer = await http.request('/v3/principals?action=search', { method: 'POST', body: { name: words } });
  const rows = isRecord(answer) ? answer['data'] : undefined;
  return Array.isArray(rows) ? rows.flatMap((row: unknown) => readPrincipal(row) ?? []) : [];
}

/** Who that is. Not everybody may know; then it is nobody. */
export async function getPrincipal(http: Http, id: string): Promise<Principal | undefined> {
  return readPrincipal(await http.request(`/v3/principals/${encodeURIComponent(id)}`));
}

/** Reads a principal's document. */
export function readPrincipal(document: unknown): Principal | undefined {
  if (!isRecord(document) || typeof document['id'] !== 'string') return undefined;
  const word = (key: string): string => (typeof document[key] === 'string' ? document[key] : '');
  return {
    id: document['id'],
    name: word('name') || word('loginName') || document['id'],
    loginName: word('loginName'),
    kind: document['principalType'] === 'group' ? 'group' : 'user',
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
