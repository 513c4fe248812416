import { type KubeObject, labelRequirements, matchesLabels } from '@drover/api';
import type { ResourceCatalog } from '../catalog/catalog.js';
import { splitApiVersion } from '../catalog/catalog.js';
import { type Served, versionOf } from '../catalog/definition.js';
import type { ObjectReader } from '../catalog/strategy.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { inForm } from './equivalents.js';
import type { Policy, PolicyBinding } from './policy.js';
import { namespaceOf } from './rule.js';

/** A policy and binding that do not go together; the message says why. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** What is wrong with a policy whose parameters are of a kind that is not served; `undefined` for every other one. */
export function unknownParamKind(catalog: ResourceCatalog, { paramKind }: Policy): string | undefined {
  if (paramKind === undefined) return undefined;
  const { apiVersion = '', kind = '' } = paramKind;
  if (catalog.byKind(apiVersion, kind) !== undefined) return undefined;
  const subject = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${kind}`;
  return `failed to find resource referenced by paramKind: '${subject}'`;
}

/**
 * The objects that a policy is evaluated with, once each: `undefined` for none. An empty list means that there are none and
 * that it does not matter.
 *
 * @throws ConfigurationError when the parameters cannot be found, and have to be.
 */
export async function policyParams(
  catalog: ResourceCatalog,
  objects: ObjectReader,
  { paramKind }: Policy,
  { paramRef }: PolicyBinding,
  request: AdmissionRequest,
): Promise<readonly (KubeObject | undefined)[]> {
  if (paramKind === undefined || paramRef === undefined) return [undefined];
  const { apiVersion = '', kind = '' } = paramKind;
  const [group, version] = splitApiVersion(apiVersion);
  const plural = catalog.byKind(apiVersion, kind)?.plural;
  const served = plural === undefined ? undefined : catalog.served(group, version, plural);
  if (served === undefined) return [];
  const { definition } = served;
  const namespace = placeOf(served, paramRef.namespace, request);
  const found =
    paramRef.name === undefined || paramRef.name === ''
      ? selected(objects.list(definition, namespace), paramRef.selector)
      : [objects.get(definition, { namespace, name: paramRef.name })].filter((object) => object !== undefined);
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  const stored = versionOf(definition, definition.storageVersion) ?? served.version;
  return Promise.all(found.map((object) => inForm(object, { definition, version: stored }, served)));
}

function placeOf({ definition }: Served, asked: string | undefined, request: AdmissionRequest): string | undefined {
  if (!definition.namespaced) {
    if (asked === undefined || asked === '') return undefined;
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const namespace = asked || namespaceOf(request);
  if (namespace !== undefined && namespace !== '') return namespace;
  throw new ConfigurationError(
    'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
  );
}

function selected(
  objects: readonly KubeObject[],
  selector: NonNullable<PolicyBinding['paramRef']>['selector'],
): readonly KubeObject[] {
  const requirements = labelRequirements(selector ?? {});
  return objects.filter(({ metadata }) => matchesLabels(requirements, metadata.labels));
}
