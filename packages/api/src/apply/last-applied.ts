import { decodeJson } from '../body/json.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, KubeObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import { compare } from './compare.js';
import { FieldSet } from './field-set.js';
import { fieldSetOf } from './fields-of.js';
import { fieldsOf } from './structure.js';
import { typeErrors } from './type-errors.js';

/** Where kubectl keeps what it applied before the server knew how to. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** All annotations of an object together (apimachinery validation.TotalAnnotationSizeLimitB). */
const ANNOTATIONS_BYTES = 256 * 1024;

/**
 * The fields that kubectl applied on the client and nobody changed since: what it applies now may take them from whoever is
 * told to manage them. None when the annotation does not say.
 */
export function lastAppliedFields(live: KubeObject, liveFields: JsonObject, root: SchemaNode): FieldSet {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  if (text === undefined || text === '') return FieldSet.EMPTY;
  let last: Json;
  try {
    last = decodeJson(text);
  } catch {
    return FieldSet.EMPTY;
  }
  if (!isJsonObject(last) || last['apiVersion'] !== live.apiVersion || typeErrors(last, root).length > 0)
    return FieldSet.EMPTY;
  const { added, modified, removed } = compare(last, liveFields, root);
  return fieldSetOf(last, root).difference(modified).difference(added).difference(removed);
}

/** The object with the annotation brought up to what kubectl applies now, where it has the annotation. */
export function withLastApplied<T extends KubeObject>(object: T, applied: KubeObject): T {
  const { annotations } = object.metadata;
  if ((annotations?.[LAST_APPLIED] ?? '') === '') return object;
  const { [LAST_APPLIED]: _earlier, ...others } = annotations ?? {};
  const next: Record<string, string> = { ...others, [LAST_APPLIED]: `${sortedText(withoutAnnotation(applied))}\n` };
  const size = Object.entries(next).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  return { ...object, metadata: { ...object.metadata, annotations: size > ANNOTATIONS_BYTES ? others : next } };
}

function withoutAnnotation(applied: KubeObject): JsonObject {
  const { annotations, ...metadata } = applied.metadata;
  const { [LAST_APPLIED]: _earlier, ...others } = annotations ?? {};
  const kept = annotations === undefined ? metadata : { ...metadata, annotations: others };
  return { ...applied, metadata: kept };
}

/** JSON with the keys of each object in order, as Go writes it. */
function sortedText(value: Json): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    isJsonObject(item) ? Object.fromEntries(fieldsOf(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  );
}
