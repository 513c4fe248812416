import { hash, timingSafeEqual } from 'node:crypto';
import { type ApiRequest, type Identity, unauthorized } from '@drover/api';
import type { Secret } from '@drover/kit';
import { adminIdentity, anonymous } from './identity.js';
import type { ServiceAccountTokens, TokenIdentity } from './service-account-tokens.js';
import { TokenRefused } from './token-refused.js';

/** Carries a bearer token in the one header a browser's WebSocket can set (apiserver websocket/protocol.go). */
const WEBSOCKET_TOKEN = 'base64url.bearer.authorization.k8s.io.';

/** The subprotocols a handshake offers, without the one that carries a token: the rest is for whoever answers it. */
export function withoutToken(protocols: string): string {
  return protocols
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => !protocol.startsWith(WEBSOCKET_TOKEN))
    .join(', ');
}

/** Finds out who makes a request, from its headers. Client certificates are the front's business: it verified them. */
export class Authenticator {
  readonly #adminDigest: Buffer;

  constructor(
    adminToken: Secret,
    readonly tokens: ServiceAccountTokens,
    readonly issuer: string,
  ) {
    this.#adminDigest = digest(adminToken.reveal());
  }

  /** Who the request's headers say it is; without credentials, nobody. @throws ApiError Unauthorized for credentials that do not hold. */
  request({ headers }: ApiRequest): Identity {
    const authorization = first(headers['authorization']);
    if (authorization !== undefined) {
      const match = /^Bearer +(\S+) *$/i.exec(authorization);
      if (!match) throw unauthorized();
      return this.#bearer(match[1] as string);
    }
    const carried = websocketToken(first(headers['sec-websocket-protocol']));
    return carried === undefined ? anonymous : this.#bearer(carried);
  }

  /** Who a bearer token is, for one of `audiences`; `undefined` for one that nobody here knows. @throws TokenRefused. */
  token(token: string, audiences: readonly string[] = [this.issuer]): TokenIdentity | undefined {
    if (!timingSafeEqual(digest(token), this.#adminDigest)) return this.tokens.authenticate(token, audiences);
    // The administrator's token is for this API, whatever else somebody asks.
    return audiences.includes(this.issuer) ? { identity: adminIdentity, audiences: [this.issuer] } : undefined;
  }

  #bearer(token: string): Identity {
    try {
      const found = this.token(token);
      if (found !== undefined) return found.identity;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
    }
    throw unauthorized();
  }
}

function websocketToken(protocols: string | undefined): string | undefined {
  const entry = protocols
    ?.split(',')
    .map((text) => text.trim())
    .find((text) => text.startsWith(WEBSOCKET_TOKEN));
  return entry && Buffer.from(entry.slice(WEBSOCKET_TOKEN.length), 'base64url').toString();
}

/** Digests have one length, so that comparing them takes the same time whatever was sent. */
const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const first = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' || value === undefined ? value : value[0];
