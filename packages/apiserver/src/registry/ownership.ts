import { applyObject, type KubeObject, managedFieldsFault, updateManagedFields, type Write } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import type { Part, Strategy } from '../catalog/strategy.js';
import type { AdmissionRequest } from './admission.js';
import { timestamp, type WriteContext } from './core.js';
import { inManagedVersions, type ManagedVersions } from './managed-versions.js';

/** The object with managedFields that say which of its fields this write set (all writes but server-side apply). */
export function trackManagers(
  context: WriteContext,
  object: KubeObject,
  old: KubeObject | undefined,
  time: string,
): KubeObject | Promise<KubeObject> {
  return inManagedVersions(context.served, (versions) =>
    updateManagedFields({ live: old, updated: object }, writeOf(context, object, time, versions)),
  );
}

/**
 * The object that admission made of one, with managers that can be read: what admission changes is nobody's, and managers that it
 * made unreadable are those from before.
 */
export function keepManagers(
  mutated: KubeObject,
  before: KubeObject,
  { warn }: Pick<AdmissionRequest, 'warn'>,
): KubeObject {
  const { managedFields } = before.metadata;
  if (mutated.metadata.managedFields === managedFields) return mutated;
  const fault = managedFieldsFault(mutated.metadata.managedFields);
  if (fault === undefined) return mutated;
  warn(
    `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${fault}`,
  );
  const { managedFields: _unreadable, ...metadata } = mutated.metadata;
  return { ...mutated, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}

/**
 * The live object with what `applied` says, and managedFields that say so. `now` is in milliseconds since the epoch.
 *
 * @throws ApiError Conflict naming the managers whose fields would change, unless `force`.
 */
export function appliedObject(
  context: WriteContext,
  now: number,
  live: KubeObject | undefined,
  applied: KubeObject,
  force: boolean,
): KubeObject | Promise<KubeObject> {
  const time = timestamp(now);
  return inManagedVersions(context.served, (versions) =>
    applyObject({ live, applied, force }, writeOf(context, applied, time, versions)),
  );
}

function writeOf(
  { served, part, fieldManager }: WriteContext,
  object: KubeObject,
  time: string,
  versions: ManagedVersions,
): Write {
  return {
    manager: fieldManager,
    schema: served.version.schema(),
    time,
    ...(part === 'main' ? {} : { subresource: part }),
    ignored: unwritten(served, part, object),
    versions,
  };
}

/** The fields that a write of this part leaves as they are. */
function unwritten({ definition, version }: Served, part: Part, object: KubeObject): (readonly string[])[] {
  if (part !== 'status') return version.status ? [['status']] : [];
  const outside = Object.keys(object).filter((field) => !OBJECT_FIELDS.has(field));
  return [['spec'], ...outside.map((field) => [field]), ...unwrittenMetadata(definition.strategy)];
}

function unwrittenMetadata({ statusLeaves = [], statusDisownsMetadata = false }: Strategy): (readonly string[])[] {
  if (statusDisownsMetadata) return [['metadata']];
  return statusLeaves === 'metadata' ? [] : statusLeaves.map((field) => ['metadata', field]);
}

const OBJECT_FIELDS = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);
