import type { ApiResponse, KubeObject } from '@drover/api';
import type { Written } from '../registry/core.js';
import { deleteObject } from '../registry/delete.js';
import { listEntries } from '../registry/list.js';
import { selection } from '../registry/selection.js';
import { writtenShown } from '../registry/shown.js';
import { type Change, createObject, updateObject } from '../registry/write.js';
import { deleteOptions } from '../request/delete-options.js';
import { listOptions } from '../request/query.js';
import { success } from '../request/response.js';
import { collectionPrefix, refOf } from '../storage/key.js';
import { decodeStored } from '../storage/rendering.js';
import { type Call, deleteContext, type Verbs, writeContext } from './call.js';
import { readDocument, readObject } from './object-body.js';
import { listResponse, objectResponse } from './read.js';

/** Deletions of a deletecollection that are on their way at the same time: they share the disk's syncs. */
const PARALLEL = 32;

/** POST to a collection. */
export async function create({ core }: Verbs, call: Call): Promise<ApiResponse> {
  const { object, decoding } = await readObject(call.request, call.served);
  const written = await createObject(core, writeContext(call, 'create', decoding), object);
  return writtenResponse(core.clock.now(), call, written);
}

/** PUT of an object, or of its status. */
export async function replace({ core }: Verbs, call: Call): Promise<ApiResponse> {
  const { object, decoding } = await readObject(call.request, call.served);
  const { namespace, name = '', served, part } = call;
  const create = part === 'main' && served.definition.strategy.createOnUpdate ? async () => object : undefined;
  const rules = { replace: true, create };
  const written = await updateObject(
    core,
    writeContext(call, 'update', decoding),
    { namespace, name },
    replacement(object),
    rules,
  );
  return writtenResponse(core.clock.now(), call, written);
}

/** The change that puts `object` in place of what is there. A write may change what it is given, and may have to be done again. */
function replacement(object: KubeObject): Change {
  const text = JSON.stringify(object);
  let first: KubeObject | undefined = object;
  return () => {
    const given = first ?? (JSON.parse(text) as KubeObject);
    first = undefined;
    return given;
  };
}

/** An answer with the object as the write left it. */
export async function writtenResponse(now: number, call: Call, written: Written): Promise<ApiResponse> {
  const { value, revision } = await writtenShown(call.served, written);
  return objectResponse(written.outcome === 'created' ? 201 : 200, now, call, value, revision);
}

/** DELETE of one object: the object while something holds it back, else a Status. */
export async function remove({ core }: Verbs, call: Call): Promise<ApiResponse> {
  const { namespace, name = '', served } = call;
  const asked = deleteOptions(await readDocument(call.request, true), call.query);
  const written = await deleteObject(core, deleteContext(call, asked), { namespace, name }, asked.options);
  if (written.outcome !== 'deleted' || served.definition.strategy.returnsDeleted === true) {
    const response = await writtenResponse(core.clock.now(), call, written);
    return asked.accepted ? { ...response, status: 202 } : response;
  }
  const { group, plural } = served.definition;
  const { uid = '' } = decodeStored(written.value, 0).metadata;
  return success({ name, ...(group === '' ? {} : { group }), kind: plural, uid }, call.form);
}

/** DELETE of a collection: each object it selects, and a list of what they were. */
export async function removeCollection({ core, facets }: Verbs, call: Call): Promise<ApiResponse> {
  const { query, served, namespace } = call;
  const asked = deleteOptions(await readDocument(call.request, true), query);
  const wanted = listOptions(query);
  const selected = selection(wanted.labelSelector, wanted.fieldSelector, served.version);
  const listed = await listEntries(core, facets, served, namespace, wanted, selected);
  const context = deleteContext(call, asked);
  const collection = collectionPrefix(served.definition);
  const queue = listed.entries.values();
  const worker = async (): Promise<void> => {
    for (const { key } of queue) {
      const ref = refOf(collection, key);
      try {
        await deleteObject(core, { ...context, namespace: ref.namespace }, ref, asked.options);
      } catch (error) {
        // Someone else was faster; what is gone is what was asked for.
        if (core.store.get(key) !== undefined) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return listResponse(core.clock.now(), call, listed);
}
