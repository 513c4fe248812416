import { badRequest, type KubeObject, labelValue, type ObjectMeta, qualifiedName, type StatusCause } from '@drover/api';
import { type RandomBytes, randomText } from '@drover/kit';
import type { NameRule } from '../catalog/strategy.js';

/** Random characters after a generateName, and the longest prefix that leaves room for them (apiserver storage/names). */
const GENERATED_LENGTH = 5;
const GENERATED_PREFIX_LENGTH = 63 - GENERATED_LENGTH;
/** All annotations of an object together (apimachinery validation.TotalAnnotationSizeLimitB). */
const ANNOTATIONS_BYTES = 256 * 1024;

/** A random UUID, version 4. */
export function newUid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** A name made from `generateName`. */
export function generatedName(prefix: string, random: RandomBytes): string {
  return `${prefix.slice(0, GENERATED_PREFIX_LENGTH)}${randomText(GENERATED_LENGTH, random)}`;
}

/**
 * Makes the object's namespace that of the path.
 *
 * @throws ApiError BadRequest when it names another.
 */
export function placeInNamespace({ metadata }: KubeObject, namespace: string | undefined): void {
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== (namespace ?? '')) {
    throw badRequest(
      namespace === undefined
        ? 'namespace may not be set on a cluster-scoped object'
        : `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  if (namespace === undefined) delete metadata.namespace;
  else metadata.namespace = namespace;
}

/** What is wrong with an object's metadata, field by field. `old` is there for updates. */
export function validateMetadata(metadata: ObjectMeta, nameRule: NameRule, old?: ObjectMeta): StatusCause[] {
  const causes: StatusCause[] = [];
  const wrong = (field: string, value: unknown, why: string): void => {
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field });
  };
  if (metadata.name === undefined || metadata.name === '') {
    causes.push({
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
      field: 'metadata.name',
    });
  } else {
    const why = nameRule(metadata.name);
    if (why !== undefined) wrong('metadata.name', metadata.name, why);
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    const why = qualifiedName(key);
    if (why !== undefined) wrong('metadata.labels', key, why);
    const bad = labelValue(value);
    if (bad !== undefined) wrong('metadata.labels', value, bad);
  }
  let size = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const why = qualifiedName(key.toLowerCase());
    if (why !== undefined) wrong('metadata.annotations', key, why);
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_BYTES) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${ANNOTATIONS_BYTES} bytes`,
      field: 'metadata.annotations',
    });
  }
  causes.push(...validateFinalizers(metadata), ...addedFinalizers(metadata, old), ...validateOwners(metadata));
  return causes;
}

function validateFinalizers({ finalizers = [] }: ObjectMeta): StatusCause[] {
  return finalizers.flatMap((finalizer) => {
    const why = qualifiedName(finalizer);
    if (why === undefined) return [];
    const message = `Invalid value: ${JSON.stringify(finalizer)}: ${why}`;
    return [{ reason: 'FieldValueInvalid', message, field: 'metadata.finalizers' }];
  });
}

/** Nobody may hold back what is already on its way out. */
function addedFinalizers({ finalizers = [] }: ObjectMeta, old: ObjectMeta | undefined): StatusCause[] {
  if (old?.deletionTimestamp === undefined) return [];
  const added = finalizers.filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
  if (added.length === 0) return [];
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}

function validateOwners({ ownerReferences = [] }: ObjectMeta): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const owner of ownerReferences) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (typeof owner[field] === 'string' && owner[field] !== '') continue;
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: "": ${field === 'apiVersion' ? 'version' : field} must not be empty`,
        field: `metadata.ownerReferences.${field}`,
      });
    }
  }
  if (ownerReferences.filter(({ controller }) => controller === true).length > 1) {
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: only one reference can have Controller set to true',
      field: 'metadata.ownerReferences',
    });
  }
  return causes;
}

/** Types of metadata's fields, for objects whose sender we do not know. `undefined` when all is well, else what is not. */
export function metadataShape(metadata: unknown): string | undefined {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return 'metadata must be an object';
  const fields = metadata as Record<string, unknown>;
  for (const field of ['name', 'generateName', 'namespace', 'uid', 'resourceVersion']) {
    const value = fields[field];
    if (value === null) delete fields[field];
    else if (value !== undefined && typeof value !== 'string') return `metadata.${field} must be a string`;
  }
  for (const field of ['labels', 'annotations']) {
    const value = fields[field];
    if (value === null) delete fields[field];
    else if (value !== undefined && !isTextMap(value)) return `metadata.${field} must be a map of strings`;
  }
  for (const field of ['finalizers', 'ownerReferences', 'managedFields']) {
    const value = fields[field];
    if (value === null) delete fields[field];
    else if (value !== undefined && !isListOf(value, field === 'finalizers' ? 'string' : 'object')) {
      return `metadata.${field} must be a list`;
    }
  }
  return undefined;
}

function isTextMap(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}

function isListOf(value: unknown, type: 'string' | 'object'): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type && item !== null);
}
