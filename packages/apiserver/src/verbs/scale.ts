import { ApiError, type ApiResponse, badRequest, type KubeObject, notFound } from '@drover/api';
import { at, type ScaleDefinition } from '../catalog/definition.js';
import { shown, writtenShown } from '../registry/shown.js';
import { type Change, updateObject } from '../registry/write.js';
import { json } from '../request/response.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { type Call, type Verbs, writeContext } from './call.js';
import { asObject, readDocument } from './object-body.js';
import { patchDocument, patcher } from './patch.js';

const SCALE = 'autoscaling/v1';

/** GET, PUT and PATCH of `scale`: the number of replicas of any kind that says where it keeps it. */
export async function scale(verbs: Verbs, call: Call, definition: ScaleDefinition): Promise<ApiResponse> {
  const { core } = verbs;
  const { namespace, name = '', request, served } = call;
  if (request.method === 'GET') {
    const entry = core.store.get(objectKey(collectionPrefix(served.definition), { namespace, name }));
    if (entry === undefined) throw notFound(served.definition, name);
    const { value, revision } = await shown(served, entry);
    return json(200, scaleOf(decodeStored(value, revision), definition));
  }
  const change = request.method === 'PUT' ? await replaced(call, definition) : await patched(call, definition);
  const written = await updateObject(core, writeContext(call), { namespace, name }, change, { replace: false });
  const { value, revision = 0 } = await writtenShown(served, written);
  return json(200, scaleOf(decodeStored(value, revision), definition));
}

async function replaced({ request }: Call, definition: ScaleDefinition): Promise<Change> {
  const wanted = asObject(await readDocument(request, true), 'Scale', SCALE);
  return (current) => withReplicas(current, wanted, definition);
}

async function patched(call: Call, definition: ScaleDefinition): Promise<Change> {
  const document = await patchDocument(call);
  const apply = patcher(call, document);
  return (current) => withReplicas(current, asObject(apply(scaleOf(current, definition)), 'Scale', SCALE), definition);
}

function withReplicas(current: KubeObject, wanted: KubeObject, { specReplicas }: ScaleDefinition): KubeObject {
  const replicas = at(wanted, ['spec', 'replicas']) ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw badRequest('spec.replicas must be a whole number that is not negative');
  }
  const { resourceVersion, uid } = wanted.metadata;
  if (resourceVersion !== undefined) current.metadata.resourceVersion = resourceVersion;
  else delete current.metadata.resourceVersion;
  if (uid !== undefined) current.metadata.uid = uid;
  let here = current as unknown as Record<string, unknown>;
  for (const field of specReplicas.slice(0, -1)) {
    here[field] ??= {};
    here = here[field] as Record<string, unknown>;
  }
  here[specReplicas.at(-1) as string] = replicas;
  return current;
}

function scaleOf(object: KubeObject, { specReplicas, statusReplicas, selector }: ScaleDefinition): KubeObject {
  const { name = '', namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const count = (path: readonly string[]): number => {
    const value = at(object, path);
    if (value === undefined) return 0;
    if (typeof value !== 'number') throw new ApiError('InternalError', `${path.join('.')} is not a number`);
    return value;
  };
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  const text = selector(object);
  return {
    kind: 'Scale',
    apiVersion: SCALE,
    metadata: JSON.parse(JSON.stringify(metadata)) as KubeObject['metadata'],
    spec: { replicas: count(specReplicas) },
    status: { replicas: count(statusReplicas), ...(text === '' ? {} : { selector: text }) },
  } as KubeObject;
}
