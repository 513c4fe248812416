import { badRequest, type Identity, type JsonObject } from '@drover/api';
import { TokenRefused } from '../auth/token-refused.js';
import { timestamp } from '../registry/core.js';
import type { Review, ReviewContext } from './review.js';

const COMMON = { ofGroup: 'authentication.k8s.io', ofVersion: 'v1', namespaced: false, verbs: ['create'] } as const;

/** Who am I? */
export const selfSubjectReview: Review = {
  ...COMMON,
  name: 'selfsubjectreviews',
  singularName: 'selfsubjectreview',
  kind: 'SelfSubjectReview',
  component: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  answer: (_document, { identity, clock }) => ({
    metadata: { creationTimestamp: timestamp(clock.now()) },
    status: { userInfo: userInfo(identity) },
  }),
};

/** Who am I, as kubectl 1.27 asks it. */
export const selfSubjectReviewBeta: Review = { ...selfSubjectReview, ofVersion: 'v1beta1' };

/** Who is this token? The question comes back without its secret. */
export const tokenReview: Review = {
  ...COMMON,
  name: 'tokenreviews',
  singularName: 'tokenreview',
  kind: 'TokenReview',
  component: 'io.k8s.api.authentication.v1.TokenReview',
  answer: ({ spec: { token, ...spec } = {} }, { authenticator }) => {
    if (typeof token !== 'string' || token === '') {
      throw badRequest('token is required for TokenReview in authentication');
    }
    const wanted = spec['audiences'];
    const audiences = Array.isArray(wanted) && wanted.length > 0 ? wanted.map(String) : undefined;
    return { spec, status: reviewed(authenticator, token, audiences) };
  },
};

function reviewed(
  authenticator: ReviewContext['authenticator'],
  token: string,
  audiences: readonly string[] | undefined,
): JsonObject {
  try {
    const found = authenticator.token(token, audiences);
    if (found === undefined) return { user: {}, error: 'invalid bearer token' };
    return { authenticated: true, user: userInfo(found.identity), audiences: [...found.audiences] };
  } catch (error) {
    if (!(error instanceof TokenRefused)) throw error;
    return { user: {}, error: `[invalid bearer token, ${error.message}]` };
  }
}

function userInfo({ name, uid, groups, extra }: Identity): JsonObject {
  const extras = Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]]));
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups: [...groups],
    ...(Object.keys(extras).length === 0 ? {} : { extra: extras }),
  };
}
