import { badRequest, conflict, type JsonObject, notFound } from '@drover/api';
import { ISSUER, type TokenClaims } from '../auth/service-account-tokens.js';
import { timestamp } from '../registry/core.js';
import type { Review, ReviewContext } from './review.js';

/** Seconds a token is good for: when nothing is asked, at least, and at most (authentication/v1 TokenRequest). */
const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 366 * 24 * 3600;

const ACCOUNTS = { group: '', plural: 'serviceaccounts' };
const BOUND: Readonly<Record<string, string>> = { Pod: 'pods', Secret: 'secrets' };

/** A token for a service account. */
export const tokenRequest: Review = {
  ofGroup: '',
  ofVersion: 'v1',
  name: 'serviceaccounts/token',
  singularName: '',
  namespaced: true,
  kind: 'TokenRequest',
  component: 'io.k8s.api.authentication.v1.TokenRequest',
  group: 'authentication.k8s.io',
  version: 'v1',
  documents: { group: 'authentication.k8s.io', version: 'v1' },
  verbs: ['create'],
  answer: ({ spec = {} }, context) => {
    const { authenticator, clock, objects, namespace = '', name = '' } = context;
    const account = objects.get(ACCOUNTS, { namespace, name });
    if (account === undefined) throw notFound(ACCOUNTS, name);
    const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
    const audiences = asked.length === 0 ? [ISSUER] : asked;
    const expires = Math.floor(clock.now() / 1000) + secondsOf(spec['expirationSeconds']);
    const token = authenticator.tokens.issue({
      namespace,
      account: { name, uid: account.metadata.uid ?? '' },
      audiences,
      expires,
      boundTo: boundTo(spec['boundObjectRef'], context),
    });
    const expirationTimestamp = timestamp(expires * 1000);
    return {
      spec: { ...spec, audiences, expirationSeconds: secondsOf(spec['expirationSeconds']) },
      status: { token, expirationTimestamp },
    };
  },
};

function secondsOf(asked: unknown): number {
  if (asked === undefined || asked === null) return DEFAULT_SECONDS;
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < SHORTEST_SECONDS) {
    throw badRequest(
      `spec.expirationSeconds: Invalid value: ${JSON.stringify(asked)}: may not specify a duration less than 10 minutes`,
    );
  }
  if (asked > 2 ** 32)
    throw badRequest('spec.expirationSeconds: Invalid value: may not specify a duration larger than 2^32 seconds');
  return Math.min(asked, LONGEST_SECONDS);
}

function boundTo(reference: unknown, { objects, namespace = '' }: ReviewContext): TokenClaims['boundTo'] {
  if (reference === undefined || reference === null) return undefined;
  const { kind, name, uid } = reference as JsonObject;
  const plural = BOUND[String(kind)];
  if (plural === undefined || typeof name !== 'string' || (kind !== 'Pod' && kind !== 'Secret')) {
    throw badRequest(`cannot bind token for serviceaccount to an object of kind ${String(kind)}`);
  }
  const subject = { group: '', plural };
  const found = objects.get(subject, { namespace, name });
  if (found === undefined) throw notFound(subject, name);
  if (typeof uid === 'string' && uid !== '' && uid !== found.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict(subject, name, why);
  }
  return { kind, name, uid: found.metadata.uid ?? '' };
}
