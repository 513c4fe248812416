import { isDeepStrictEqual } from 'node:util';
import { type KubeObject, required, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, inner, loose, made, objectsIn } from './absent.js';
import { plain } from './plain.js';
import { fillPodSpec } from './pod-spec.js';
import { resourceFieldCauses } from './resource-field.js';
import { volumeSourceCauses } from './volume-source.js';

/** Seconds a pod is given to end when nobody says otherwise (core v1 DefaultTerminationGracePeriodSeconds). */
const GRACE_SECONDS = 30;

/** Pods end in their own time, on a node; one that never reached a node goes at once. */
export const pod: Strategy = {
  ...plain,
  statusLeaves: ['ownerReferences'],
  graceSeconds: (object, asked) => {
    const spec = inner(loose(object), 'spec');
    const phase = inner(loose(object), 'status')?.['phase'];
    const unscheduled = spec?.['nodeName'] === undefined || spec['nodeName'] === '';
    if (unscheduled || phase === 'Succeeded' || phase === 'Failed') return 0;
    if (asked !== undefined) return asked;
    const own = spec?.['terminationGracePeriodSeconds'];
    return typeof own === 'number' ? own : GRACE_SECONDS;
  },
  fill: (object) => {
    const spec = inner(loose(object), 'spec');
    fillPodSpec(spec);
    absent(spec, 'enableServiceLinks', true);
  },
  prepareForCreate: (object, { objects }) => {
    const fields = loose(object);
    const spec = made(fields, 'spec');
    const { namespace } = object.metadata;
    const account = objects.get(
      { group: '', plural: 'serviceaccounts' },
      { namespace, name: String(spec?.['serviceAccountName']) },
    );
    absent(spec, 'automountServiceAccountToken', loose(account)?.['automountServiceAccountToken']);
    if (spec?.['automountServiceAccountToken'] === undefined) delete spec?.['automountServiceAccountToken'];
    fields['status'] = { phase: 'Pending', qosClass: qualityOfService(spec) };
  },
  validate: (object, old) => (old === undefined ? containerCauses(object) : frozenCauses(object, old)),
};

function containerCauses(object: KubeObject): StatusCause[] {
  const spec = inner(loose(object), 'spec');
  const none = objectsIn(spec?.['containers']).length === 0 ? [required('spec.containers')] : [];
  return [...none, ...volumeSourceCauses(spec, 'spec'), ...resourceFieldCauses(spec, 'spec')];
}

/** What of a pod's spec may change after it was made (core v1 ValidatePodUpdate). */
function frozenCauses(object: KubeObject, old: KubeObject): StatusCause[] {
  const frozen = (pod: KubeObject): unknown => {
    const spec = structuredClone(inner(loose(pod), 'spec')) ?? {};
    for (const field of [
      'activeDeadlineSeconds',
      'tolerations',
      'terminationGracePeriodSeconds',
      'nodeName',
      'schedulingGates',
    ]) {
      delete spec[field];
    }
    for (const container of [...objectsIn(spec['containers']), ...objectsIn(spec['initContainers'])])
      delete container['image'];
    return spec;
  };
  if (isDeepStrictEqual(frozen(object), frozen(old))) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message:
        'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
      field: 'spec',
    },
  ];
}

function qualityOfService(spec: Fields | undefined): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = objectsIn(spec?.['containers']);
  const amount = (container: Fields, kind: string, resource: string): unknown =>
    inner(container, 'resources', kind)?.[resource];
  const any = containers.some((container) =>
    ['requests', 'limits'].some((kind) => Object.keys(inner(container, 'resources', kind) ?? {}).length > 0),
  );
  if (!any) return 'BestEffort';
  const guaranteed = containers.every((container) =>
    ['cpu', 'memory'].every((resource) => {
      const limit = amount(container, 'limits', resource);
      return limit !== undefined && limit === amount(container, 'requests', resource);
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
