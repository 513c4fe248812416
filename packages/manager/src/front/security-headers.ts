import type { ServerResponse } from 'node:http';

/**
 * What the console's pages may load and do: only what this server serves. Styles may be inline because the component library
 * sets them on elements; scripts may not.
 */
const CONSOLE_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Documents of the API are data: whatever a browser makes of them, nothing runs. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** Sets the header fields that every answer has; `audience` says whether a browser shows it as a page. */
export function secure(response: ServerResponse, audience: 'page' | 'api'): void {
  response.setHeader('content-security-policy', audience === 'page' ? CONSOLE_POLICY : API_POLICY);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  if (audience === 'api') response.setHeader('cache-control', 'no-cache, no-store, must-revalidate');
}
