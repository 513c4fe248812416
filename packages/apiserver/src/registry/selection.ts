import { badRequest, matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector } from '@drover/api';
import type { VersionDefinition } from '../catalog/definition.js';
import type { Facets } from './facets.js';

/** Which objects a LIST, WATCH or deletecollection is about. */
export interface Selection {
  /** Nothing is left out: objects need not be looked at. */
  readonly everything: boolean;
  /** The only name that can match, when the selector names one. */
  readonly name: string | undefined;
  /** The same for selections by the same selectors. */
  readonly key: string;
  matches(facets: Facets): boolean;
}

/** Selects what carries no selector. */
export const everything: Selection = { everything: true, name: undefined, key: '', matches: () => true };

/**
 * Reads a label selector and a field selector.
 *
 * @throws ApiError BadRequest for a selector that does not parse, or names a field this kind does not select by.
 */
export function selection(labelSelector: string, fieldSelector: string, version: VersionDefinition): Selection {
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector);
  if (labels.length === 0 && fields.length === 0) return everything;
  const known = new Set(['metadata.name', 'metadata.namespace', ...version.selectableFields.map(({ path }) => path)]);
  const unknown = fields.find(({ field }) => !known.has(field));
  if (unknown !== undefined) throw badRequest(unsupportedField(unknown.field, version));
  return {
    everything: false,
    name: selectedName(fieldSelector),
    key: JSON.stringify([labelSelector, fieldSelector]),
    matches: (facets) =>
      matchesLabels(labels, facets.labels) && matchesFields(fields, (field) => facets.fields[field] ?? ''),
  };
}

/** What is said of a field that nobody selects by: each group of Kubernetes has its own words. */
function unsupportedField(field: string, { component, selectableFields }: VersionDefinition): string {
  const quoted = JSON.stringify(field);
  if (component.includes('.batch.')) return `field label ${quoted} not supported for ${component.split('.').at(-1)}`;
  if (component === '' || selectableFields.length > 0) return `field label not supported: ${field}`;
  return `${quoted} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** The one name a field selector asks for: RBAC rules with resourceNames may allow listing it. */
export function selectedName(fieldSelector: string): string | undefined {
  if (!fieldSelector.includes('metadata.name')) return undefined;
  const requirement = parseFieldSelector(fieldSelector).find(({ field }) => field === 'metadata.name');
  return requirement?.operator === '=' ? requirement.value : undefined;
}
