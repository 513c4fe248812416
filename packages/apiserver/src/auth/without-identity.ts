import type { ApiRequest } from '@drover/api';
import { withoutToken } from './authenticator.js';

const IDENTITY_HEADERS = /^(authorization|impersonate-.*)$/;

/**
 * The request without what says who asks: credentials, impersonation, and a token among the subprotocols of a WebSocket. Handlers
 * behind us are told the identity itself and never see these.
 */
export function withoutIdentity(request: ApiRequest): ApiRequest {
  const kept = Object.entries(request.headers).filter(([name]) => !IDENTITY_HEADERS.test(name));
  const headers = Object.fromEntries(kept);
  const protocols = headers['sec-websocket-protocol'];
  if (protocols !== undefined) headers['sec-websocket-protocol'] = withoutToken(String(protocols));
  return { ...request, headers, signal: request.signal };
}
