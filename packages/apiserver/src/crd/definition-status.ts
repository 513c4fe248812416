import type { KubeObject } from '@drover/api';
import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionStatus,
} from '@drover/api/types/apiextensions-v1';
import { acceptedNames } from './definition-names.js';
import { approvalOf } from './protected-group.js';

/** Whether the definition's kind is served. */
export function isEstablished(object: KubeObject): boolean {
  const { status } = object as Partial<CustomResourceDefinition>;
  return (status?.conditions ?? []).some((one) => one.type === 'Established' && one.status === 'True');
}

/** Whether a definition is still without some of its names. */
export function lacksNames({ status }: CustomResourceDefinition): boolean {
  return (status?.conditions ?? []).some((one) => one.type === 'NamesAccepted' && one.status === 'False');
}

/**
 * The status of a definition: which names it got among the others, in which versions objects may be stored, and whether it
 * is served. What it was before stays as far as it still holds.
 */
export function settledStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  now: string,
): CustomResourceDefinitionStatus {
  const { metadata, spec, status = {} } = definition;
  const storage = spec.versions.find((version) => version.storage)?.name;
  const stored = [...(status.storedVersions ?? []), ...(storage === undefined ? [] : [storage])];
  const { names, conflict } = acceptedNames(definition, others);
  const approval = approvalOf(spec.group, metadata.annotations);
  const conditions: CustomResourceDefinitionCondition[] = [];
  const tell = (type: string, holds: boolean, reason: string, message: string): void => {
    conditions.push({ type, status: holds ? 'True' : 'False', reason, message, lastTransitionTime: now });
  };
  if (approval) {
    const reason = approval.approved ? 'ApprovedAnnotation' : 'UnapprovedAnnotation';
    tell('KubernetesAPIApprovalPolicyConformant', approval.approved, reason, approval.message);
  }
  if (conflict) tell('NamesAccepted', false, conflict.reason, conflict.message);
  else tell('NamesAccepted', true, 'NoConflicts', 'no conflicts found');
  if (!conflict) tell('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted');
  else if (!isEstablished(definition)) tell('Established', false, 'NotAccepted', 'not all names are accepted');
  return {
    ...status,
    acceptedNames: names,
    storedVersions: [...new Set(stored)],
    conditions: withConditions(status.conditions, conditions),
  };
}

/** The status of a definition whose deletion was asked for. */
export function terminatingStatus(definition: CustomResourceDefinition): CustomResourceDefinitionStatus {
  const terminating = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
    lastTransitionTime: definition.metadata.deletionTimestamp ?? '',
  };
  return { ...definition.status, conditions: withConditions(definition.status?.conditions, [terminating]) };
}

/** Replaces conditions by type, each in its place; the time of one that stays as it is stays too. */
function withConditions(
  present: readonly CustomResourceDefinitionCondition[] = [],
  wanted: readonly CustomResourceDefinitionCondition[],
): CustomResourceDefinitionCondition[] {
  const renewed = present.map((old) => {
    const next = wanted.find(({ type }) => type === old.type);
    if (!next) return old;
    const { lastTransitionTime } = next.status === old.status ? old : next;
    return { ...next, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) };
  });
  return [...renewed, ...wanted.filter(({ type }) => !present.some((old) => old.type === type))];
}
