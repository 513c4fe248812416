import {
  forbidden,
  forbiddenField,
  invalidTyped,
  type KubeObject,
  notSupported,
  type PriorityClass,
  type StatusCause,
} from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, loose } from './absent.js';
import { plain } from './plain.js';

const PREFIX = 'system-';
/** Above it are the classes of the system (scheduling HighestUserDefinablePriority). */
const HIGHEST = 1_000_000_000;
const POLICIES: readonly string[] = ['PreemptLowerPriority', 'Never'];

/** The classes that each cluster has. */
export const SYSTEM_PRIORITY_CLASSES: readonly PriorityClass[] = [
  systemClass(
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ),
  systemClass(
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ),
];

/** Priority classes keep their value, and those of the system stay as they are. */
export const priorityClass: Strategy = {
  ...plain,
  fill: (object) => {
    absent(loose(object), 'preemptionPolicy', 'PreemptLowerPriority');
    absent(loose(object), 'value', 0);
  },
  validate: (object, old) => {
    const now = object as PriorityClass;
    return [...valueCauses(now), ...policyCauses(now), ...(old === undefined ? [] : frozenCauses(now, old))];
  },
  authorizeDelete: ({ metadata: { name = '' } }) => {
    if (!SYSTEM_PRIORITY_CLASSES.some(({ metadata }) => metadata.name === name)) return;
    const subject = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };
    throw forbidden(subject, name, 'this is a system priority class and cannot be deleted');
  },
};

function systemClass(name: string, value: number, description: string): PriorityClass {
  return { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, description };
}

function valueCauses({ metadata: { name = '' }, value, globalDefault = false }: PriorityClass): StatusCause[] {
  if (!name.startsWith(PREFIX)) {
    return value > HIGHEST
      ? [forbiddenField('value', `maximum allowed value of a user defined priority is ${HIGHEST}`)]
      : [];
  }
  const known = SYSTEM_PRIORITY_CLASSES.find(({ metadata }) => metadata.name === name);
  const wrong = (why: string): StatusCause[] => [
    forbiddenField(
      'metadata.name',
      `priority class names with '${PREFIX}' prefix are reserved for system use only. error: ${why}`,
    ),
  ];
  if (known === undefined) return wrong(`${name} is not a known system priority class`);
  if (known.value !== value) return wrong(`value of ${name} PriorityClass must be ${known.value}`);
  return globalDefault ? wrong(`globalDefault of ${name} PriorityClass must be false`) : [];
}

function policyCauses({ preemptionPolicy }: PriorityClass): StatusCause[] {
  return POLICIES.includes(preemptionPolicy ?? '')
    ? []
    : [notSupported('preemptionPolicy', preemptionPolicy ?? '', POLICIES)];
}

function frozenCauses(now: PriorityClass, old: KubeObject): StatusCause[] {
  const before = old as PriorityClass;
  const causes: StatusCause[] = [];
  if (now.value !== before.value) causes.push(forbiddenField('value', 'may not be changed in an update.'));
  if (now.preemptionPolicy !== before.preemptionPolicy) {
    causes.push(invalidTyped('preemptionPolicy', now.preemptionPolicy, 'field is immutable'));
  }
  return causes;
}
