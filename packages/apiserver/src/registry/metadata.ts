import {
  badRequest,
  type GoTypeFault,
  invalidValue,
  isJsonObject,
  type KubeObject,
  labelValue,
  mistyped,
  type ObjectMeta,
  qualifiedName,
  type StatusCause,
} from '@drover/api';
import { type RandomBytes, randomText } from '@drover/kit';
import type { ResourceDefinition } from '../catalog/definition.js';
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
 * Makes the object's namespace that of the path; a kind without namespaces has none whatever is said.
 *
 * @throws ApiError BadRequest when it names another.
 */
export function placeInNamespace({ metadata }: KubeObject, namespace: string | undefined): void {
  const said = metadata.namespace ?? '';
  if (namespace === undefined) delete metadata.namespace;
  else if (said === '' || said === namespace) metadata.namespace = namespace;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

/** What the metadata of a kind's objects has to be. */
export interface MetadataRules {
  readonly nameRule: NameRule;
  /** Finalizers that are not Kubernetes' own need a domain in front. */
  readonly qualifiedFinalizers: boolean;
}

/** Groups whose kinds may have finalizers without a domain in front: they are not among Kubernetes' first ones. */
const LENIENT_GROUPS = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** The rules of a kind. */
export function metadataRules({ strategy, builtin, group }: ResourceDefinition): MetadataRules {
  return { nameRule: strategy.nameRule, qualifiedFinalizers: builtin && !LENIENT_GROUPS.has(group) };
}

/** What is wrong with an object's metadata, field by field. `old` is there for updates. */
export function validateMetadata(
  metadata: ObjectMeta,
  { nameRule, qualifiedFinalizers }: MetadataRules,
  old?: ObjectMeta,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const wrong = (field: string, value: unknown, why: string): void => {
    causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field });
  };
  const prefix = metadata.generateName ?? '';
  const badPrefix = prefix === '' ? undefined : nameRule(completed(prefix));
  if (badPrefix !== undefined) wrong('metadata.generateName', prefix, badPrefix);
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
  causes.push(
    ...validateOwners(metadata),
    ...validateFinalizers(metadata, qualifiedFinalizers),
    ...addedFinalizers(metadata, old),
  );
  if (old !== undefined) causes.push(...changedDeletion(metadata, old));
  return causes;
}

/** A prefix as its rule would have it if it were a whole name: a dash at its end will be followed by something. */
const completed = (prefix: string): string =>
  prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;

/** Only a DELETE says when an object is to go. */
function changedDeletion(metadata: ObjectMeta, old: ObjectMeta): StatusCause[] {
  const causes: StatusCause[] = [];
  const { deletionTimestamp: time, deletionGracePeriodSeconds: seconds } = metadata;
  const immutable = (field: keyof ObjectMeta, value: string): void => {
    const message = `Invalid value: ${value}: field is immutable`;
    causes.push({ reason: 'FieldValueInvalid', message, field: `metadata.${field}` });
  };
  if (time !== undefined && time !== old.deletionTimestamp)
    immutable('deletionTimestamp', time.replace('T', ' ').replace(/Z$/, ' +0000 UTC'));
  if (seconds !== undefined && seconds !== old.deletionGracePeriodSeconds)
    immutable('deletionGracePeriodSeconds', String(seconds));
  return causes;
}

/** Finalizers of Kubernetes' own, which need no domain. */
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function validateFinalizers({ finalizers = [] }: ObjectMeta, qualified: boolean): StatusCause[] {
  const unreadable = finalizers.flatMap((finalizer) => {
    const why = qualifiedName(finalizer);
    return why === undefined ? [] : [invalidValue('metadata.finalizers', finalizer, why)];
  });
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    unreadable.push(
      invalidValue('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'),
    );
  if (!qualified) return unreadable;
  const bare = finalizers.flatMap((finalizer, index) => {
    if (finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)) return [];
    const why = 'name is neither a standard finalizer name nor is it fully qualified';
    return [invalidValue(`metadata.finalizers[${index}]`, finalizer, why)];
  });
  return [...unreadable, ...bare];
}

/** What is said of the new finalizers of a custom object that have no domain in front: others may have the same. */
export function finalizerWarnings({ finalizers = [] }: ObjectMeta, old: ObjectMeta | undefined): string[] {
  const bare = finalizers.filter(
    (name) => !name.includes('/') && !STANDARD_FINALIZERS.has(name) && !(old?.finalizers ?? []).includes(name),
  );
  return bare.map(
    (name) =>
      `metadata.finalizers: ${JSON.stringify(name)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
  );
}

/** Nobody may hold back what is already on its way out. */
function addedFinalizers({ finalizers = [] }: ObjectMeta, old: ObjectMeta | undefined): StatusCause[] {
  if (old?.deletionTimestamp === undefined) return [];
  const added = finalizers.filter((finalizer) => !(old.finalizers ?? []).includes(finalizer));
  if (added.length === 0) return [];
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
  return [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }];
}

function validateOwners({ ownerReferences = [] }: ObjectMeta): StatusCause[] {
  const causes: StatusCause[] = [];
  let controller: string | undefined;
  for (const owner of ownerReferences) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if ((owner[field] ?? '') !== '') continue;
      const what = field === 'apiVersion' ? 'version' : field;
      causes.push(invalidValue(`metadata.ownerReferences.${field}`, '', `${what} must not be empty`));
    }
    if (owner.kind === 'Event' && owner.apiVersion === 'v1')
      causes.push(
        invalidValue('metadata.ownerReferences', { ...owner }, '/v1, Kind=Event is disallowed from being an owner'),
      );
    if (owner.controller !== true) continue;
    const name = `${owner.kind}/${owner.name}`;
    if (controller !== undefined) {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      causes.push(
        invalidValue(
          'metadata.ownerReferences',
          ownerReferences.map((reference) => ({ ...reference })),
          why,
        ),
      );
    } else controller = name;
  }
  return causes;
}

/** Metadata's fields that Go reads as texts, with their types; as maps of texts; and as lists, with the types of their items. */
const TEXTS = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  uid: 'types.UID',
  resourceVersion: 'string',
};
const MAPS = ['labels', 'annotations'] as const;
const LISTS = { finalizers: 'string', ownerReferences: 'v1.OwnerReference', managedFields: 'v1.ManagedFieldsEntry' };

/**
 * Looks at the types of metadata's fields, for objects whose sender we do not know; nulls are taken out, and empty texts where
 * they are under a key. `undefined` when all is well, else what is not. `kind` is the object's.
 */
export function metadataShape(metadata: unknown, kind: string): GoTypeFault | undefined {
  if (!isJsonObject(metadata)) return mistyped(metadata, `${kind}.metadata`, 'v1.ObjectMeta');
  const fields = metadata as Record<string, unknown>;
  for (const field of [...Object.keys(TEXTS), ...MAPS, ...Object.keys(LISTS)])
    if (fields[field] === null) delete fields[field];
  for (const [field, type] of Object.entries(TEXTS)) {
    const value = fields[field];
    if (value !== undefined && typeof value !== 'string') return mistyped(value, `ObjectMeta.metadata.${field}`, type);
  }
  for (const field of MAPS) {
    const value = fields[field];
    if (value === undefined) continue;
    if (!isJsonObject(value)) return mistyped(value, `ObjectMeta.metadata.${field}`, 'map[string]string');
    const texts = value as Record<string, unknown>;
    for (const [key, text] of Object.entries(texts)) {
      if (text === null) texts[key] = '';
      else if (typeof text !== 'string') return mistyped(text, `ObjectMeta.metadata.${field}`, 'string');
    }
  }
  for (const [field, type] of Object.entries(LISTS)) {
    const value = fields[field];
    if (value === undefined) continue;
    if (!Array.isArray(value)) return mistyped(value, `ObjectMeta.metadata.${field}`, `[]${type}`);
    const wrong: unknown = value.find((item) => (type === 'string' ? typeof item !== 'string' : !isJsonObject(item)));
    if (wrong !== undefined) return mistyped(wrong, `ObjectMeta.metadata.${field}`, type);
  }
  return undefined;
}
