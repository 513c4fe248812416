import { type Attributes, badRequest, type Identity, type JsonObject } from '@drover/api';
import { TokenRefused } from '../auth/token-refused.js';
import type { Review, ReviewContext } from './review.js';

const AUTHORIZATION = { ofGroup: 'authorization.k8s.io', ofVersion: 'v1', verbs: ['create'] } as const;

/** May another do something? */
export const subjectAccessReview: Review = {
  ...AUTHORIZATION,
  name: 'subjectaccessreviews',
  singularName: 'subjectaccessreview',
  namespaced: false,
  kind: 'SubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.SubjectAccessReview',
  answer: ({ spec = {} }, { rules }) => ({ status: decided(rules.decide(subjectOf(spec), attributesOf(spec))) }),
};

/** May another do something in this namespace? */
export const localSubjectAccessReview: Review = {
  ...AUTHORIZATION,
  name: 'localsubjectaccessreviews',
  singularName: 'localsubjectaccessreview',
  namespaced: true,
  kind: 'LocalSubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  answer: ({ spec = {} }, { rules, namespace }) => {
    const attributes = attributesOf(spec);
    if ('path' in attributes)
      throw badRequest('spec.nonResourceAttributes: Invalid value: disallowed on this kind of request');
    if (attributes.namespace !== namespace)
      throw badRequest(`spec.resourceAttributes.namespace must match metadata.namespace`);
    return { status: decided(rules.decide(subjectOf(spec), attributes)) };
  },
};

/** May I do something? */
export const selfSubjectAccessReview: Review = {
  ...AUTHORIZATION,
  name: 'selfsubjectaccessreviews',
  singularName: 'selfsubjectaccessreview',
  namespaced: false,
  kind: 'SelfSubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  answer: ({ spec = {} }, { rules, identity }) => ({ status: decided(rules.decide(identity, attributesOf(spec))) }),
};

/** What may I do in a namespace? */
export const selfSubjectRulesReview: Review = {
  ...AUTHORIZATION,
  name: 'selfsubjectrulesreviews',
  singularName: 'selfsubjectrulesreview',
  namespaced: false,
  kind: 'SelfSubjectRulesReview',
  component: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  answer: ({ spec = {} }, { rules, identity }) => {
    const namespace = text(spec, 'namespace');
    if (namespace === '') throw badRequest('no namespace on request');
    const held = rules.rulesOf(identity, namespace);
    const resourceRules = held
      .filter(({ resources }) => (resources ?? []).length > 0)
      .map(({ verbs, apiGroups = [], resources = [], resourceNames }) => ({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames && resourceNames.length > 0 ? { resourceNames } : {}),
      }));
    const nonResourceRules = held
      .filter(({ nonResourceURLs }) => (nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs = [] }) => ({ verbs, nonResourceURLs }));
    return { status: { resourceRules, nonResourceRules, incomplete: false } };
  },
};

/** Who am I? */
export const selfSubjectReview: Review = {
  ofGroup: 'authentication.k8s.io',
  ofVersion: 'v1',
  verbs: ['create'],
  name: 'selfsubjectreviews',
  singularName: 'selfsubjectreview',
  namespaced: false,
  kind: 'SelfSubjectReview',
  component: 'io.k8s.api.authentication.v1.SelfSubjectReview',
  answer: (_document, { identity }) => ({ status: { userInfo: userInfo(identity) } }),
};

/** Who am I, as kubectl 1.27 asks it. */
export const selfSubjectReviewBeta: Review = { ...selfSubjectReview, ofVersion: 'v1beta1' };

/** Who is this token? */
export const tokenReview: Review = {
  ofGroup: 'authentication.k8s.io',
  ofVersion: 'v1',
  verbs: ['create'],
  name: 'tokenreviews',
  singularName: 'tokenreview',
  namespaced: false,
  kind: 'TokenReview',
  component: 'io.k8s.api.authentication.v1.TokenReview',
  answer: ({ spec = {} }, { authenticator }) => {
    const token = text(spec, 'token');
    if (token === '') throw badRequest('token is required for TokenReview in authentication');
    const wanted = spec['audiences'];
    const audiences = Array.isArray(wanted) && wanted.length > 0 ? wanted.map(String) : undefined;
    // The question comes back without its secret.
    const { token: _secret, ...rest } = spec;
    return { spec: rest, status: reviewed(authenticator, token, audiences) };
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

function decided({ allowed, reason }: ReturnType<ReviewContext['rules']['decide']>): JsonObject {
  return { allowed, ...(reason === '' ? {} : { reason }) };
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

function subjectOf(spec: JsonObject): Identity {
  const name = text(spec, 'user');
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
  if (name === '' && groups.length === 0) {
    throw badRequest('spec.user: Invalid value: "": at least one of user or group must be specified');
  }
  return { name, groups, extra: {} };
}

function attributesOf(spec: JsonObject): Attributes {
  const { resourceAttributes, nonResourceAttributes } = spec;
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) {
    throw badRequest('spec: exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  const fields = (resourceAttributes ?? nonResourceAttributes) as JsonObject;
  if (nonResourceAttributes !== undefined) return { verb: text(fields, 'verb'), path: text(fields, 'path') };
  const optional = (['subresource', 'namespace', 'name'] as const).flatMap((field) => {
    const value = text(fields, field);
    return value === '' ? [] : [[field, value]];
  });
  const { verb, group, resource } = {
    verb: text(fields, 'verb'),
    group: text(fields, 'group'),
    resource: text(fields, 'resource'),
  };
  return { verb, group, resource, ...Object.fromEntries(optional) };
}

function text(fields: JsonObject, field: string): string {
  const value = fields[field];
  return typeof value === 'string' ? value : '';
}
