import type { RandomBytes } from '@drover/kit';
import { sameText } from '../identity/token-key.js';
import { changes } from './method.js';

/** Readable by our own page, which sends it back as a header: another site can do neither. */
export const CSRF_COOKIE = 'CSRF';
export const CSRF_HEADER = 'x-api-csrf';

/** A fresh value: 32 hex characters. */
export function newCsrf(random: RandomBytes): string {
  return Buffer.from(random(16)).toString('hex');
}

/**
 * Whether a request authenticated by cookie proves that our own page sent it. A cookie travels with requests that another
 * site provokes, so this is asked of every cookie session, whatever its User-Agent says.
 */
export function provesOwnPage(method: string, cookie: string | undefined, header: string | undefined): boolean {
  // What changes nothing needs no proof.
  if (!changes(method)) return true;
  return cookie !== undefined && cookie !== '' && header !== undefined && sameText(cookie, header);
}

/**
 * Whether a WebSocket handshake authenticated by cookie comes from our own page: browsers always send `Origin` with one, so a
 * missing Origin is as foreign as another host's (cross-site WebSocket hijacking).
 */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined) return false;
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  return protocol === 'https:' && from === new URL(`https://${host}`).host;
}
