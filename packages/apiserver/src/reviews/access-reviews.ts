import {
  badRequest,
  type Identity,
  invalid,
  invalidTyped,
  type JsonObject,
  type KubeObject,
  type StatusCause,
} from '@drover/api';
import { attributeCauses, attributesOf, pathCause, selectorFaults } from './access-attributes.js';
import type { Review, ReviewContext } from './review.js';

const GROUP = 'authorization.k8s.io';
const COMMON = { ofGroup: GROUP, ofVersion: 'v1', verbs: ['create'] } as const;

/** May another do something? */
export const subjectAccessReview: Review = {
  ...COMMON,
  name: 'subjectaccessreviews',
  singularName: 'subjectaccessreview',
  namespaced: false,
  kind: 'SubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.SubjectAccessReview',
  answer: ({ metadata, spec = {} }, { rules }) => {
    refuse([...attributeCauses(spec), ...subjectCauses(spec), ...metadataCauses(metadata, 'must be empty')]);
    return { status: decided(rules, subjectOf(spec), spec) };
  },
};

/** May another do something in this namespace? */
export const localSubjectAccessReview: Review = {
  ...COMMON,
  name: 'localsubjectaccessreviews',
  singularName: 'localsubjectaccessreview',
  namespaced: true,
  kind: 'LocalSubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  answer: ({ metadata, spec = {} }, { rules, namespace = '' }) => {
    const { namespace: _ofPath, ...rest } = metadata;
    refuse([
      ...attributeCauses(spec),
      ...subjectCauses(spec),
      ...metadataCauses(rest, 'must be empty except for namespace'),
      ...placeCauses(spec, namespace),
    ]);
    return { status: decided(rules, subjectOf(spec), spec) };
  },
};

/** May I do something? */
export const selfSubjectAccessReview: Review = {
  ...COMMON,
  name: 'selfsubjectaccessreviews',
  singularName: 'selfsubjectaccessreview',
  namespaced: false,
  kind: 'SelfSubjectAccessReview',
  component: 'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  answer: ({ metadata, spec = {} }, { rules, identity }) => {
    refuse([...attributeCauses(spec), ...metadataCauses(metadata, 'must be empty')]);
    return { status: decided(rules, identity, spec) };
  },
};

/** What may I do in a namespace? As on any cluster, the answer does not repeat the question. */
export const selfSubjectRulesReview: Review = {
  ...COMMON,
  name: 'selfsubjectrulesreviews',
  singularName: 'selfsubjectrulesreview',
  namespaced: false,
  kind: 'SelfSubjectRulesReview',
  component: 'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  answer: ({ spec = {} }, { rules, identity }) => {
    const namespace = typeof spec['namespace'] === 'string' ? spec['namespace'] : '';
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
    const faults = rules.faultsOf(identity, namespace);
    const evaluation = faults === '' ? {} : { evaluationError: faults };
    return { spec: {}, status: { resourceRules, nonResourceRules, incomplete: false, ...evaluation } };
  },
};

/** @throws ApiError Invalid when there are causes; kube-apiserver names no kind in it. */
function refuse(causes: readonly StatusCause[]): void {
  if (causes.length > 0) throw invalid({ group: GROUP, plural: '', kind: '' }, '', causes);
}

function decided(rules: ReviewContext['rules'], identity: Identity, spec: JsonObject): JsonObject {
  const { allowed, reason } = rules.decide(identity, attributesOf(spec));
  const evaluationError = selectorFaults(spec);
  return {
    allowed,
    ...(reason === '' ? {} : { reason }),
    ...(evaluationError === '' ? {} : { evaluationError }),
  };
}

function subjectCauses(spec: JsonObject): StatusCause[] {
  const { name, groups } = subjectOf(spec);
  if (name !== '' || groups.length > 0) return [];
  return [invalidTyped('spec.user', '', 'at least one of user or group must be specified')];
}

/** Questions have no metadata; who sends them with kubectl apply is told so. */
function metadataCauses(metadata: KubeObject['metadata'], why: string): StatusCause[] {
  const { managedFields: _managers, creationTimestamp: _time, ...said } = metadata;
  return Object.keys(said).length === 0 ? [] : [invalidTyped('metadata', said, why)];
}

function placeCauses(spec: JsonObject, namespace: string): StatusCause[] {
  const { resourceAttributes = null, nonResourceAttributes = null } = spec;
  const asked = (resourceAttributes as JsonObject | null)?.['namespace'] ?? '';
  return [
    ...(resourceAttributes === null || asked === namespace
      ? []
      : [invalidTyped('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace')]),
    ...(nonResourceAttributes === null ? [] : [pathCause(nonResourceAttributes, 'disallowed on this kind of request')]),
  ];
}

function subjectOf(spec: JsonObject): Identity {
  const name = typeof spec['user'] === 'string' ? spec['user'] : '';
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
  return { name, groups, extra: {} };
}
