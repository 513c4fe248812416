import {
  badRequest,
  conflict,
  invalid,
  type JsonObject,
  type KubeObject,
  notFound,
  type StatusCause,
} from '@drover/api';
import { type BoundObject, ISSUER, type TokenClaims } from '../auth/service-account-tokens.js';
import { timestamp } from '../registry/core.js';
import type { Review, ReviewContext } from './review.js';

/** Seconds a token is good for: when nothing is asked, at least, and at most (authentication/v1 TokenRequest). */
const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
const LONGEST_SECONDS = 2 ** 32;
/**
 * Kubelets ask for just this long where a pod did not choose: its programs may not know yet that tokens end, so such a token is
 * good for a year, and says when it should have been renewed (kube-apiserver's --service-account-extend-token-expiration).
 */
const UNCHOSEN_SECONDS = 3607;
const EXTENDED_SECONDS = 365 * 24 * 3600;

const GROUP = 'authentication.k8s.io';
const ACCOUNTS = { group: '', plural: 'serviceaccounts' };
/** What a token may be bound to. */
const BOUND: Readonly<Record<string, { readonly claim: 'pod' | 'secret' | 'node'; readonly namespaced: boolean }>> = {
  Pod: { claim: 'pod', namespaced: true },
  Secret: { claim: 'secret', namespaced: true },
  Node: { claim: 'node', namespaced: false },
};

/** A token for a service account. */
export const tokenRequest: Review = {
  ofGroup: '',
  ofVersion: 'v1',
  name: 'serviceaccounts/token',
  singularName: '',
  namespaced: true,
  kind: 'TokenRequest',
  component: 'io.k8s.api.authentication.v1.TokenRequest',
  group: GROUP,
  version: 'v1',
  documents: { group: GROUP, version: 'v1' },
  verbs: ['create'],
  answer: ({ metadata, spec = {} }, context) => {
    const { authenticator, clock, objects, namespace = '', name = '' } = context;
    refuse(name, [...differing('name', metadata.name, name), ...differing('namespace', metadata.namespace, namespace)]);
    const account = objects.get(ACCOUNTS, { namespace, name });
    if (account === undefined) throw notFound(ACCOUNTS, name);
    const asked = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : [];
    const audiences = asked.length === 0 ? [ISSUER] : asked;
    const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : DEFAULT_SECONDS;
    refuse('', durationCauses(seconds));
    const bound = boundTo(spec['boundObjectRef'], context);
    const now = Math.floor(clock.now() / 1000);
    const extended = bound.pod !== undefined && seconds === UNCHOSEN_SECONDS && audiences.includes(ISSUER);
    const token = authenticator.tokens.issue({
      namespace,
      account: { name, uid: account.metadata.uid ?? '' },
      audiences,
      expires: now + (extended ? EXTENDED_SECONDS : seconds),
      warnAfter: extended ? now + seconds : undefined,
      bound,
    });
    return {
      metadata: { name, namespace, creationTimestamp: timestamp(clock.now()) },
      spec: { boundObjectRef: null, ...spec, audiences, expirationSeconds: seconds },
      status: { token, expirationTimestamp: timestamp((now + seconds) * 1000) },
    };
  },
};

/** @throws ApiError Invalid when there are causes. */
function refuse(name: string, causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: GROUP, plural: 'tokenrequests', kind: 'TokenRequest' }, name, causes);
}

function differing(field: 'name' | 'namespace', said: string | undefined, addressed: string): StatusCause[] {
  if (said === undefined || said === '' || said === addressed) return [];
  const message = `Invalid value: ${JSON.stringify(said)}: must match the service account ${field} if specified`;
  return [{ reason: 'FieldValueInvalid', message, field: `metadata.${field}` }];
}

function durationCauses(seconds: number): StatusCause[] {
  const wrong = (why: string): StatusCause[] => [
    { reason: 'FieldValueInvalid', message: `Invalid value: ${seconds}: ${why}`, field: 'spec.expirationSeconds' },
  ];
  if (seconds < SHORTEST_SECONDS) return wrong('may not specify a duration less than 10 minutes');
  return seconds > LONGEST_SECONDS ? wrong('may not specify a duration larger than 2^32 seconds') : [];
}

function boundTo(reference: unknown, context: ReviewContext): NonNullable<TokenClaims['bound']> {
  if (reference === undefined || reference === null) return {};
  const { objects, namespace = '', name: account = '' } = context;
  const { apiVersion = '', kind = '', name = '', uid = '' } = reference as JsonObject & Record<string, string>;
  const known = Object.hasOwn(BOUND, kind) && !apiVersion.includes('/') ? BOUND[kind] : undefined;
  if (known === undefined) throw badRequest(`cannot bind token to object of type ${typeOf(apiVersion, kind)}`);
  const subject = { group: '', plural: `${known.claim}s` };
  const found = objects.get(subject, { namespace: known.namespaced ? namespace : undefined, name });
  if (found === undefined) throw notFound(subject, name);
  const { serviceAccountName, nodeName } = podSpec(found);
  if (kind === 'Pod' && serviceAccountName !== account) {
    throw badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
    );
  }
  if (uid !== '' && uid !== found.metadata.uid) {
    const why = `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    throw conflict({ group: '', plural: kind }, name, why);
  }
  const bound = { [known.claim]: { name, uid: found.metadata.uid ?? '' } };
  return kind === 'Pod' && nodeName ? { node: nodeOf(nodeName, context), ...bound } : bound;
}

/** The node a pod runs on; its name alone when it has gone. */
function nodeOf(name: string, { objects }: ReviewContext): BoundObject {
  const uid = objects.get({ group: '', plural: 'nodes' }, { name })?.metadata.uid;
  return uid === undefined ? { name } : { name, uid };
}

function podSpec(object: KubeObject): { readonly serviceAccountName?: string; readonly nodeName?: string } {
  return (object as KubeObject & { spec?: { serviceAccountName?: string; nodeName?: string } }).spec ?? {};
}

/** A group, version and kind in kube-apiserver's words: `apps/v1, Kind=Deployment`, `/v1, Kind=ConfigMap`. */
function typeOf(apiVersion: string, kind: string): string {
  return `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
