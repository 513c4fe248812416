import {
  dns1035Label,
  dnsSubdomain,
  forbiddenField,
  invalidTyped,
  notSupported,
  required,
  type StatusCause,
} from '@drover/api';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from '@drover/api/types/apiextensions-v1';
import { clientConfigCauses } from '../strategies/client-config.js';
import { reviewVersionCauses } from '../strategies/review-versions.js';
import { CONVERSION_REVIEW_VERSIONS } from './conversion-review.js';
import { approvalOf } from './protected-group.js';
import { versionCauses } from './version-causes.js';

/** What is wrong with a definition, as apiextensions' own validation tells it; with `old`, what may not change. */
export function definitionCauses(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): StatusCause[] {
  const { spec } = definition;
  return [
    ...nameCauses(definition),
    ...approvalCauses(definition, old),
    ...versionCauses(spec.versions),
    ...conversionCauses(spec),
    ...frozenCauses(spec, old?.spec),
    ...storedVersionCauses(definition),
  ];
}

function nameCauses({ metadata, spec }: CustomResourceDefinition): StatusCause[] {
  const { group, names, scope, preserveUnknownFields } = spec;
  const { name = '' } = metadata;
  const { plural, singular = '', kind, listKind = '', shortNames = [], categories = [] } = names;
  const found: StatusCause[] = [];
  const label = (field: string, value: string, mixed = false): void => {
    const why = dns1035Label(mixed ? value.toLowerCase() : value);
    const at = `spec.names.${field}`;
    if (value === '') found.push(required(at));
    else if (why !== undefined)
      found.push(invalidTyped(at, value, mixed ? `may have mixed case, but should otherwise match: ${why}` : why));
  };
  if (name !== `${plural}.${group}`)
    found.push(invalidTyped('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  found.push(...groupCauses(group));
  if (scope === '') found.push(required('spec.scope'));
  else if (scope !== 'Namespaced' && scope !== 'Cluster')
    found.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  if (preserveUnknownFields === true) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    found.push(invalidTyped('spec.preserveUnknownFields', true, why));
  }
  label('plural', plural);
  label('singular', singular);
  label('kind', kind, true);
  label('listKind', listKind, true);
  if (kind !== '' && kind === listKind)
    found.push(invalidTyped('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  for (const [index, short] of shortNames.entries()) label(`shortNames[${index}]`, short);
  for (const [index, category] of categories.entries()) label(`categories[${index}]`, category);
  return found;
}

function groupCauses(group: string): StatusCause[] {
  if (group === '') return [required('spec.group')];
  const why = dnsSubdomain(group);
  if (why !== undefined) return [invalidTyped('spec.group', group, why)];
  return group.includes('.') ? [] : [invalidTyped('spec.group', group, 'should be a domain with at least one dot')];
}

/** A definition that was taken without approval stays. */
function approvalCauses(
  definition: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): StatusCause[] {
  const faultOf = ({ metadata, spec }: CustomResourceDefinition) => approvalOf(spec.group, metadata.annotations);
  const approval = faultOf(definition);
  if (!approval?.fault || (old && faultOf(old)?.fault)) return [];
  const { isMissing, value, why } = approval.fault;
  return [isMissing ? required(approval.field, why) : invalidTyped(approval.field, value, why)];
}

/** Paths are those of the form in which the server keeps definitions. */
function conversionCauses({ conversion, preserveUnknownFields }: CustomResourceDefinitionSpec): StatusCause[] {
  const { strategy = '', webhook } = conversion ?? {};
  const at = 'spec.conversion';
  if (strategy === '') return [required(`${at}.strategy`)];
  if (strategy !== 'None' && strategy !== 'Webhook')
    return [notSupported(`${at}.strategy`, strategy, ['None', 'Webhook'])];
  if (strategy === 'None') {
    const why = 'should not be set when strategy is not set to Webhook';
    const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
    return [
      ...(clientConfig === undefined ? [] : [forbiddenField(`${at}.webhookClientConfig`, why)]),
      ...(conversionReviewVersions.length === 0 ? [] : [forbiddenField(`${at}.conversionReviewVersions`, why)]),
    ];
  }
  const found: StatusCause[] = [];
  if (preserveUnknownFields === true)
    found.push(invalidTyped(`${at}.strategy`, strategy, 'must be None if spec.preserveUnknownFields is true'));
  const { clientConfig, conversionReviewVersions = [] } = webhook ?? {};
  if (clientConfig === undefined)
    found.push(required(`${at}.webhookClientConfig`, 'required when strategy is set to Webhook'));
  else found.push(...clientConfigCauses(clientConfig, `${at}.webhookClientConfig`));
  if (conversionReviewVersions.length === 0) return [...found, required(`${at}.conversionReviewVersions`)];
  const versions = `${at}.conversionReviewVersions`;
  return [...found, ...reviewVersionCauses(conversionReviewVersions, versions, CONVERSION_REVIEW_VERSIONS)];
}

function frozenCauses(
  spec: CustomResourceDefinitionSpec,
  old: CustomResourceDefinitionSpec | undefined,
): StatusCause[] {
  if (old === undefined) return [];
  const frozen: readonly (readonly [field: string, now: string, before: string])[] = [
    ['spec.scope', spec.scope, old.scope],
    ['spec.names.kind', spec.names.kind, old.names.kind],
    ['spec.group', spec.group, old.group],
    ['spec.names.plural', spec.names.plural, old.names.plural],
  ];
  return frozen
    .filter(([, now, before]) => now !== before)
    .map(([field, now]) => invalidTyped(field, now, 'field is immutable'));
}

/** A version in which objects may still be stored has to stay, or they could not be read any more. */
function storedVersionCauses({ spec, status }: CustomResourceDefinition): StatusCause[] {
  const stored = status?.storedVersions ?? [];
  const at = 'status.storedVersions';
  const why = 'must have at least one stored version';
  if (stored.length === 0)
    return [{ reason: 'FieldValueInvalid', message: `Invalid value: []string(nil): ${why}`, field: at }];
  const missing = spec.versions
    .filter(({ name, storage }) => storage && !stored.includes(name))
    .map(({ name }) => invalidTyped(at, stored, `must have the storage version ${name}`));
  const gone = stored.flatMap((name, index) =>
    spec.versions.some((version) => version.name === name)
      ? []
      : [invalidTyped(`${at}[${index}]`, name, 'must appear in spec.versions')],
  );
  return [...missing, ...gone];
}
