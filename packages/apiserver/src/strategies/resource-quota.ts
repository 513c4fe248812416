import { isDeepStrictEqual } from 'node:util';
import {
  invalidTyped,
  type KubeObject,
  qualifiedName,
  type ResourceQuota,
  required,
  type StatusCause,
} from '@drover/api';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '@drover/api/types/core-v1';
import { parseNanos } from '@drover/kit';
import type { Strategy } from '../catalog/strategy.js';
import { plain } from './plain.js';

/** What a pod asks for, as quotas name it; scopes are about these. */
const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const COUNTED_PODS = ['pods', 'count/pods'];
/** Names without a slash that a quota may limit (core v1 helpers, IsStandardQuotaResourceName). */
const STANDARD = new Set([
  ...COMPUTE,
  'ephemeral-storage',
  'limits.ephemeral-storage',
  'requests.ephemeral-storage',
  'requests.storage',
]);
/** Those of which there are whole ones only. */
const WHOLE = new Set([
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);
/** Scopes that exclude each other. */
const CONFLICTING = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

/** Quotas limit what can be counted, in scopes that fit it, and stay in them. */
export const resourceQuota: Strategy = {
  ...plain,
  validate: (object, old) => {
    const { spec = {} } = object as ResourceQuota;
    return [
      ...Object.entries(spec.hard ?? {}).flatMap(([name, quantity]) => limitCauses(name, String(quantity))),
      ...scopeCauses(spec),
      ...selectorCauses(spec),
      ...(old === undefined ? [] : frozenCauses(spec, old)),
    ];
  },
};

function limitCauses(name: string, quantity: string): StatusCause[] {
  const field = `spec.hard[${name}]`;
  const causes = nameCauses(field, name);
  if (causes.length > 0) return causes;
  const nanos = parseNanos(quantity);
  if (nanos < 0n) return [invalidTyped(field, quantity, 'must be greater than or equal to 0')];
  const whole = WHOLE.has(name) || isExtended(name);
  return whole && nanos % 1_000_000_000n !== 0n ? [invalidTyped(field, quantity, 'must be an integer')] : [];
}

/** Whether a name is that of something that others count: there are whole ones only (core v1 helpers, IsExtendedResourceName). */
const isExtended = (name: string): boolean =>
  name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');

/** What kube-apiserver says of a name: once as that of a resource, once as that of one that is limited. */
function nameCauses(field: string, name: string): StatusCause[] {
  const cause = (why: string): StatusCause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${name}: ${why}`,
    field,
  });
  const wrong = qualifiedName(name);
  if (name.includes('/')) return wrong === undefined ? [] : [cause(wrong)];
  if (isStandard(name)) return [];
  return [
    cause(wrong ?? 'must be a standard resource type or fully qualified'),
    cause('must be a standard resource for quota'),
  ];
}

function isStandard(name: string): boolean {
  return STANDARD.has(name) || WHOLE.has(name) || /^(requests\.)?hugepages-/.test(name);
}

function scopeCauses({ scopes = [], hard = {} }: ResourceQuotaSpec): StatusCause[] {
  const wrong = (why: string): StatusCause => scopesCause(scopes, why);
  const unfit = scopes.flatMap((scope) => Object.keys(hard).filter((name) => !fits(scope, name)));
  const conflicts = CONFLICTING.filter((pair) => pair.every((scope) => scopes.includes(scope)));
  return [
    ...unfit.map(() => wrong('unsupported scope applied to resource')),
    ...conflicts.map(() => wrong('conflicting scopes')),
  ];
}

/** Whether a scope says anything about what is limited. Names of others are not ours to judge. */
function fits(scope: string, name: string): boolean {
  if (name.includes('/') || !isStandard(name)) return true;
  return COUNTED_PODS.includes(name) || (scope !== 'BestEffort' && COMPUTE.includes(name));
}

function selectorCauses({ scopeSelector, hard = {} }: ResourceQuotaSpec): StatusCause[] {
  const field = 'spec.scopeSelector.matchExpressions';
  return (scopeSelector?.matchExpressions ?? []).flatMap((requirement) => [
    ...Object.keys(hard)
      .filter((name) => !fits(requirement.scopeName, name))
      .map(() => invalidTyped(field, scopeSelector, 'unsupported scope applied to resource')),
    ...requirementCauses(field, requirement),
  ]);
}

function requirementCauses(
  field: string,
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
): StatusCause[] {
  const causes: StatusCause[] = [];
  if (scopeName !== 'PriorityClass' && operator !== 'Exists') {
    const why =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    causes.push(invalidTyped(`${field}.operator`, operator, why));
  }
  const listed = operator === 'In' || operator === 'NotIn';
  if (listed && values.length === 0) {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    causes.push(required(`${field}.values`, why));
  }
  if (!listed && values.length > 0) {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    causes.push(invalidTyped(`${field}.values`, values, why));
  }
  return causes;
}

function frozenCauses({ scopes = [] }: ResourceQuotaSpec, old: KubeObject): StatusCause[] {
  const before = (old as ResourceQuota).spec?.scopes ?? [];
  return isDeepStrictEqual([...scopes].sort(), [...before].sort()) ? [] : [scopesCause(scopes, 'field is immutable')];
}

function scopesCause(scopes: readonly string[], why: string): StatusCause {
  const told = `[]core.ResourceQuotaScope{${scopes.map((scope) => JSON.stringify(scope)).join(', ')}}`;
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${told}: ${why}`, field: 'spec.scopes' };
}
