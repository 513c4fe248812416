import type { KubeObject } from '@drover/api';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { ResourceDefinition, Served } from '../catalog/definition.js';
import type { AdmissionRequest } from '../registry/admission.js';
import { servedVersion, storedVersion } from '../registry/view.js';
import type { MatchedResource } from './rule.js';

/** A kind as rules name it. */
export function matchedResource({ definition, version }: Served): MatchedResource {
  return { group: definition.group, version: version.name, resource: definition.plural };
}

/** The other forms in which the same objects are served: other versions, and the kind of another group that shares them. */
export function equivalents(catalog: ResourceCatalog, served: Served): readonly Served[] {
  return catalog
    .definitions()
    .filter((definition) => storageOf(definition) === storageOf(served.definition))
    .flatMap((definition) =>
      definition.versions.filter((version) => version.served).map((version) => ({ definition, version })),
    )
    .filter(({ version }) => version !== served.version);
}

/** An object of one form in another one. @throws ApiError when it is converted outside this process, and that fails. */
export async function inForm(object: KubeObject, from: Served, to: Served): Promise<KubeObject> {
  if (from.version === to.version) return object;
  if (to.version.converter !== undefined) return (await to.version.converter.convert([object]))[0] ?? object;
  const stored = { ...(from.version.convert?.toStored(object) ?? object), apiVersion: storedVersion(from.definition) };
  return { ...(to.version.convert?.fromStored(stored) ?? stored), apiVersion: servedVersion(to) };
}

/** The objects of a request in another form of its kind. */
export async function equivalentObjects(
  { served, document, object, old }: AdmissionRequest,
  wanted: Served,
): Promise<{ readonly object?: KubeObject; readonly old?: KubeObject }> {
  const form = document === undefined ? wanted : served;
  return {
    ...(object === undefined ? {} : { object: await inForm(object, served, form) }),
    ...(old === undefined ? {} : { old: await inForm(old, served, form) }),
  };
}

function storageOf({ group, plural, storedAs }: ResourceDefinition): string {
  return storedAs === undefined ? `${group}/${plural}` : `${storedAs.group}/${storedAs.plural}`;
}
