import { type LabelRequirement, labelRequirements, matchesLabels, notFound } from '@drover/api';
import type { LabelSelector } from '@drover/api/types/meta-v1';
import type { ObjectReader } from '../catalog/strategy.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { namespaceOf } from './rule.js';

const NAMESPACES = { group: '', plural: 'namespaces' };

/** Which objects, in which namespaces, a configuration is about. */
export interface AdmissionSelectors {
  readonly namespaces: readonly LabelRequirement[];
  readonly objects: readonly LabelRequirement[];
}

/** The selectors of a configuration that passed validation; one that is absent selects everything. */
export function admissionSelectors(given: {
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly objectSelector?: LabelSelector | undefined;
}): AdmissionSelectors {
  return {
    namespaces: labelRequirements(given.namespaceSelector ?? {}),
    objects: labelRequirements(given.objectSelector ?? {}),
  };
}

/**
 * Whether a request is within the selectors. What has no namespace is never left out by the namespace selector; a change that
 * takes an object's labels away is selected by those it had.
 *
 * @throws ApiError NotFound when the request's namespace is not there.
 */
export function selects(
  { namespaces, objects }: AdmissionSelectors,
  request: AdmissionRequest,
  reader: ObjectReader,
): boolean {
  return selectsObject(objects, request) && selectsNamespace(namespaces, request, reader);
}

function selectsObject(requirements: readonly LabelRequirement[], { object, old }: AdmissionRequest): boolean {
  if (requirements.length === 0) return true;
  return [object, old].some((state) => state !== undefined && matchesLabels(requirements, state.metadata.labels));
}

function selectsNamespace(
  requirements: readonly LabelRequirement[],
  request: AdmissionRequest,
  reader: ObjectReader,
): boolean {
  const name = namespaceOf(request);
  if (requirements.length === 0 || name === undefined) return true;
  return matchesLabels(requirements, namespaceLabels(name, request, reader));
}

function namespaceLabels(name: string, request: AdmissionRequest, reader: ObjectReader): Record<string, string> {
  const { group, resource, subresource, object } = request;
  const itself = group === '' && resource === 'namespaces' && subresource === undefined;
  const namespace = itself && object !== undefined ? object : reader.get(NAMESPACES, { name });
  if (namespace === undefined) throw notFound(NAMESPACES, name);
  return namespace.metadata.labels ?? {};
}
