import {
  type ApiResponse,
  apiVersion,
  applyObject,
  badRequest,
  invalid,
  type KubeObject,
  notFound,
  type OpenSchema,
  openSchema,
  type ReplicasPath,
  scaledManagers,
  scaleManagers,
  updateManagedFields,
  type Write,
} from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import { at, type ScaleDefinition } from '../catalog/definition.js';
import { timestamp } from '../registry/core.js';
import { partialMetadata } from '../registry/represent.js';
import { encodedScale, SCALE, scaleOf, setReplicas } from '../registry/scale-object.js';
import { shown, writtenShown } from '../registry/shown.js';
import { servedVersion } from '../registry/view.js';
import { type Change, updateObject } from '../registry/write.js';
import { documentResponse } from '../request/response.js';
import type { WriteKind } from '../request/write-options.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { type Call, type Verbs, writeContext } from './call.js';
import { asObject, mediaType, readDocument } from './object-body.js';
import { APPLY, appliedBody, readPatch } from './patch.js';

/** GET, PUT and PATCH of `scale`: the number of replicas of any kind that says where it keeps it. */
export async function scale(verbs: Verbs, call: Call, definition: ScaleDefinition): Promise<ApiResponse> {
  const { core } = verbs;
  const { namespace, name = '', request, served } = call;
  if (request.method === 'GET') {
    const entry = core.store.get(objectKey(collectionPrefix(served.definition), { namespace, name }));
    if (entry === undefined) throw notFound(served.definition, name);
    const { value, revision } = await shown(served, entry);
    return scaleResponse(call, scaleOf(decodeStored(value, revision), definition));
  }
  const kind = request.method === 'PUT' ? 'update' : mediaType(request) === APPLY ? 'apply' : 'patch';
  const next = await wantedScale(verbs, call, kind);
  const change: Change = (current) => scaled(call, definition, current(), next);
  const rules = { replace: false, managersTracked: true };
  const written = await updateObject(core, writeContext(call, kind), { namespace, name }, change, rules);
  const { value, revision = 0 } = await writtenShown(served, written);
  return scaleResponse(call, scaleOf(decodeStored(value, revision), definition));
}

/** A Scale, or its metadata. */
function scaleResponse({ form }: Call, scale: KubeObject): ApiResponse {
  return documentResponse(200, form.form === 'metadata' ? partialMetadata(scale, form.version) : scale, form);
}

/** Makes the wanted Scale, with its managers, of the present one. */
type NextScale = (present: KubeObject) => KubeObject;

async function wantedScale({ core }: Verbs, call: Call, kind: WriteKind): Promise<NextScale> {
  const time = timestamp(core.clock.now());
  const { fieldManager } = writeContext(call, kind);
  const write: Write = { manager: fieldManager, schema: scaleSchema(), time, subresource: 'scale' };
  if (kind === 'apply') {
    const { applied, force } = await appliedBody(call, 'Scale', SCALE);
    return (live) => applyObject({ live, applied, force }, write);
  }
  const next = kind === 'update' ? await replaced(call) : await patched(call);
  return (live) => updateManagedFields({ live, updated: encodedScale(next(live)) }, write);
}

async function replaced({ request }: Call): Promise<NextScale> {
  const wanted = asObject(await readDocument(request, true), 'Scale', SCALE);
  return () => wanted;
}

async function patched(call: Call): Promise<NextScale> {
  const { patched: apply, decoding } = await readPatch(call);
  return (live) => asObject(apply(live), 'Scale', SCALE, decoding);
}

/** The object with what its new Scale says. */
function scaled(
  { served, name = '' }: Call,
  definition: ScaleDefinition,
  current: KubeObject,
  next: NextScale,
): KubeObject {
  const paths: ReplicasPath = (version) => {
    const { group, versions } = served.definition;
    const known = versions.find((candidate) => apiVersion({ group, version: candidate.name }) === version);
    return known && (known.scale?.specReplicas ?? []);
  };
  const { managedFields } = current.metadata;
  const present = scaleOf(current, definition);
  present.metadata.managedFields = scaleManagers(managedFields, paths);
  const wanted = next(present);
  const result = withReplicas(current, wanted, definition, name);
  result.metadata.managedFields = scaledManagers(
    managedFields,
    wanted.metadata.managedFields,
    servedVersion(served),
    paths,
  );
  return result;
}

function withReplicas(
  current: KubeObject,
  wanted: KubeObject,
  { specReplicas }: ScaleDefinition,
  name: string,
): KubeObject {
  const replicas = at(wanted, ['spec', 'replicas']) ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest('spec.replicas must be a whole number');
  }
  if (replicas < 0) {
    const message = `Invalid value: ${replicas}: must be greater than or equal to 0`;
    throw invalid({ group: 'autoscaling', plural: 'scales', kind: 'Scale' }, name, [
      { reason: 'FieldValueInvalid', message, field: 'spec.replicas' },
    ]);
  }
  const { resourceVersion, uid } = wanted.metadata;
  if (resourceVersion !== undefined) current.metadata.resourceVersion = resourceVersion;
  else delete current.metadata.resourceVersion;
  if (uid !== undefined) current.metadata.uid = uid;
  setReplicas(current, specReplicas, replicas);
  return current;
}

let schema: OpenSchema | undefined;

/** The schema of a Scale, read when the first one is written. */
function scaleSchema(): OpenSchema {
  const schemas = builtinSchemas();
  schema ??= openSchema(schemas['io.k8s.api.autoscaling.v1.Scale'] ?? {}, schemas);
  return schema;
}
