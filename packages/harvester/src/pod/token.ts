import type { Json } from '@drover/api';
import type { Client } from '@drover/client';
import { type Clock, Secret } from '@drover/kit';

/** How long a token is asked for; the API server may give less. */
const SECONDS = 3600;
/** The kubelet's rule: renewed when four fifths of its time are over. */
const RENEW_AT = 0.8;

/** A service account's token, and when to get another one. */
export interface AccountToken {
  readonly token: Secret;
  /** Milliseconds since the Unix epoch. */
  readonly renewAt: number;
}

/** Asks for a token of a service account (TokenRequest). @throws ApiError when there is no such account */
export async function requestToken(
  client: Client,
  namespace: string,
  name: string,
  clock: Clock,
): Promise<AccountToken> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}/token`;
  const now = clock.now();
  const answer = await client.post(path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: SECONDS },
  });
  const { token, expirationTimestamp } = statusOf(answer);
  if (typeof token !== 'string') throw new TypeError('the answer to a TokenRequest holds no token');
  const expires = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : now + SECONDS * 1000;
  return { token: new Secret(token), renewAt: now + (expires - now) * RENEW_AT };
}

function statusOf(answer: Json): {
  readonly token?: Json | undefined;
  readonly expirationTimestamp?: Json | undefined;
} {
  if (typeof answer !== 'object' || answer === null || !('status' in answer)) return {};
  const { status } = answer;
  if (typeof status !== 'object' || status === null || !('token' in status)) return {};
  return { token: status.token, expirationTimestamp: status.expirationTimestamp };
}
