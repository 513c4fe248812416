import {
  ApiError,
  alreadyExists,
  conflict,
  type KubeObject,
  notFound,
  type ObjectMeta,
  type ObjectRef,
} from '@drover/api';
import { type Entry, RevisionConflict } from '@drover/store';
import { versionOf } from '../catalog/definition.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { encodeStored, storedApiVersion } from '../storage/rendering.js';
import { requireNamespace } from './admission.js';
import { admit, mutate } from './admitted.js';
import { combine } from './combination.js';
import { type Core, strategyContext, timestamp, type WriteContext, type Written } from './core.js';
import { addParts, knownFields } from './fields.js';
import { generatedName, newUid, placeInNamespace } from './metadata.js';
import { trackManagers } from './ownership.js';
import { checkRevision, checkUid, refuseOtherName, refuseRevision, requireRevision } from './preconditions.js';
import { MODIFIED, refusalOf } from './refusal.js';
import { sameIntent, unchanged } from './sameness.js';
import { shown } from './shown.js';
import { storedVersion, viewOf } from './view.js';

/** Stored bytes an object may have (etcd's default request limit, which clients know). */
const OBJECT_BYTES = 1.5 * 1024 * 1024;
/** Attempts of a write that lost a race it was not asked to lose; within this process writers of a key take turns. */
const ATTEMPTS = 8;

/** What the change of an update makes of the present object; `current` makes a copy that is its own to change. */
export type Change = (current: () => KubeObject) => KubeObject | Promise<KubeObject>;

/** How an update treats what the sender did not say. */
export interface UpdateRules {
  /** PUT: a missing resourceVersion is refused for kinds that insist on one. PATCH: never. */
  readonly replace: boolean;
  /** Makes the object when there is none (PUT of some kinds, server-side apply). */
  readonly create?: (() => Promise<KubeObject>) | undefined;
  /** managedFields were set by the change itself (server-side apply). */
  readonly managersTracked?: boolean;
}

/** Makes an object. @throws ApiError as Kubernetes words it. */
export async function createObject(core: Core, context: WriteContext, sent: KubeObject): Promise<Written> {
  refuseRevision(sent);
  const wanted = await wantedObject(core, context, sent, false);
  const { name = '', generateName = '' } = wanted.metadata;
  if (name !== '' || generateName === '') return storeNew(core, context, wanted);
  for (let attempt = 1; ; attempt++) {
    const named = structuredClone(wanted);
    named.metadata.name = generatedName(generateName, core.random);
    try {
      return await storeNew(core, context, named);
    } catch (error) {
      const taken = error instanceof ApiError && error.reason === 'AlreadyExists';
      if (!taken || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The object that a create asks for, as steps leave it that may change it: not checked yet, and perhaps without a name. */
async function wantedObject(
  core: Core,
  context: WriteContext,
  sent: KubeObject,
  managersTracked: boolean,
): Promise<KubeObject> {
  const { served, namespace } = context;
  const { definition } = served;
  const { metadata } = sent;
  placeInNamespace(sent, namespace);
  forgetPast(metadata);
  const filled = withDefaults(context, knownFields(context, sent));
  definition.strategy.fill?.(filled, strategyContext(core, context));
  const tracked = managersTracked ? filled : trackManagers(context, filled, undefined, timestamp(core.clock.now()));
  const object = tracked instanceof Promise ? await tracked : tracked;
  if (!definition.accepting) {
    throw new ApiError('MethodNotAllowed', 'create not allowed while custom resource definition is terminating');
  }
  const { name, generateName = '' } = metadata;
  if (namespace !== undefined) requireNamespace(core.reader, definition, namespace, name || generateName);
  if (!core.admission.mutates(definition)) return object;
  addParts(object, served);
  const mutated = await mutate(core, context, 'CREATE', object, undefined);
  if (mutated !== object) forgetPast(mutated.metadata);
  return mutated;
}

/** The nulls that an apply left of a custom resource are for validation to refuse, unless a default takes their place. */
function withDefaults({ served, applies }: WriteContext, object: KubeObject): KubeObject {
  const schema = served.version.schema();
  return applies === true && !served.definition.builtin
    ? schema.withDefaultsAndNulls(object)
    : schema.withDefaults(object);
}

/** A new object has no past, whatever is said of it. */
function forgetPast(metadata: ObjectMeta): void {
  for (const field of [
    'uid',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'selfLink',
  ] as const) {
    if (field in metadata) delete (metadata as Record<string, unknown>)[field];
  }
}

/** Stores a new object that has its name. */
async function storeNew(core: Core, context: WriteContext, object: KubeObject): Promise<Written> {
  const { served, namespace, dryRun } = context;
  const { definition, version } = served;
  const { strategy } = definition;
  const { metadata } = object;
  Object.assign(metadata, { uid: newUid(core.random), creationTimestamp: timestamp(core.clock.now()) });
  if (strategy.generation) metadata.generation = 1;
  else delete metadata.generation;
  if (version.status && context.part === 'main') delete (object as { status?: unknown }).status;
  strategy.prepareForCreate?.(object, strategyContext(core, context));
  addParts(object, served);
  const name = metadata.name ?? '';
  const admitted = await admit(core, context, 'CREATE', object, undefined);
  const value = version.converter === undefined ? encode(context, admitted) : await encodeConverted(context, admitted);
  const key = objectKey(collectionPrefix(definition), { namespace, name });
  if (dryRun) {
    if (core.store.get(key) !== undefined) throw alreadyExists(definition, name);
    return { value, revision: undefined, outcome: 'created' };
  }
  try {
    const entry = await core.store.create(key, value);
    return { value, revision: entry.revision, outcome: 'created' };
  } catch (error) {
    throw refusalOf(error, definition, name);
  }
}

/** Changes an object, or one part of it. @throws ApiError as Kubernetes words it. */
export function updateObject(
  core: Core,
  context: WriteContext,
  ref: ObjectRef,
  change: Change,
  rules: UpdateRules,
): Promise<Written> {
  const { definition } = context.served;
  const key = objectKey(collectionPrefix(definition), ref);
  return core.lock.run(key, async () => {
    for (let attempt = 1; ; attempt++) {
      const entry = core.store.get(key);
      if (entry === undefined) {
        if (rules.create === undefined) throw notFound(definition, ref.name);
        const made = await rules.create();
        refuseOtherName(made, ref.name);
        const { uid = '' } = made.metadata;
        if (uid !== '')
          throw conflict(
            definition,
            ref.name,
            `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
          );
        requireRevision(made);
        const creating: WriteContext = { ...context, createUnasked: true };
        return storeNew(core, creating, await wantedObject(core, context, made, rules.managersTracked ?? false));
      }
      try {
        return await updateEntry(core, context, entry, change, rules);
      } catch (error) {
        // Another process of the same store was faster; the caller did not say which state it meant.
        if (error instanceof RevisionConflict && attempt < ATTEMPTS) continue;
        throw refusalOf(error, definition, ref.name);
      }
    }
  });
}

async function updateEntry(
  core: Core,
  context: WriteContext,
  entry: Entry,
  change: Change,
  rules: UpdateRules,
): Promise<Written> {
  const { definition, version } = context.served;
  const { strategy } = definition;
  const { value: before } = version.converter === undefined ? entry : await shown(context.served, entry);
  const old = viewOf(context.served, before, entry.revision);
  const sent = await change(() => viewOf(context.served, before, entry.revision));
  refuseOtherName(sent, old.metadata.name ?? '');
  checkUid(context, sent, old, rules);
  placeInNamespace(sent, context.namespace);
  const helpers = strategyContext(core, context);
  const filled = withDefaults(context, knownFields(context, combine(context, sent, old)));
  strategy.fill?.(filled, helpers);
  const now = timestamp(core.clock.now());
  const managed = rules.managersTracked ? filled : trackManagers(context, filled, old, now);
  const tracked = managed instanceof Promise ? await managed : managed;
  const object = core.admission.mutates(definition) ? await wantedChange(core, context, tracked, old) : tracked;
  const pinned = checkRevision(context, object, old, rules);
  strategy.prepareForUpdate?.(object, old, context.part, helpers);
  addParts(object, context.served);
  const admitted = await admit(core, context, 'UPDATE', object, old);
  const intends = !sameIntent(admitted, old, version.status);
  if (strategy.generation && context.part !== 'status' && intends) {
    admitted.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
  // A write that changes nothing still brings an object into the version that is stored now, and into its shape.
  const reshaped = version.name === definition.storageVersion && before !== entry.value;
  const migrates = reshaped || storedApiVersion(entry.value) !== storedVersion(definition);
  if (!intends && !migrates && unchanged(admitted, old))
    return { value: entry.value, revision: entry.revision, outcome: 'unchanged' };
  const value = version.converter === undefined ? encode(context, admitted) : await encodeConverted(context, admitted);
  if (context.dryRun) return { value, revision: entry.revision, outcome: 'updated' };
  if (mayVanish(admitted) && strategy.heldBack?.(admitted) !== true) {
    const revision = await core.store.delete(entry.key, entry.revision);
    return { value, revision, outcome: 'deleted' };
  }
  try {
    const stored = await core.store.update(entry.key, value, entry.revision);
    return { value, revision: stored.revision, outcome: 'updated' };
  } catch (error) {
    if (error instanceof RevisionConflict && pinned) throw conflict(definition, old.metadata.name ?? '', MODIFIED);
    throw error;
  }
}

/** A deleted object goes when nobody holds it back any more and its time to end on its own is over. */
function mayVanish({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0
  );
}

/** The state that an update asks for, as steps leave it that may change it: of this part of the object alone. */
async function wantedChange(
  core: Core,
  context: WriteContext,
  asked: KubeObject,
  old: KubeObject,
): Promise<KubeObject> {
  addParts(asked, context.served);
  const mutated = await mutate(core, context, 'UPDATE', asked, old);
  return mutated === asked ? asked : combine(context, mutated, old);
}

/** As `encode`, for kinds that are converted outside this process. */
async function encodeConverted(context: WriteContext, object: KubeObject): Promise<Uint8Array> {
  const { definition } = context.served;
  const [stored = object] =
    (await versionOf(definition, definition.storageVersion)?.converter?.convert([object])) ?? [];
  return encode(context, stored);
}

/** An object that is too large to be stored is so without its managed fields when it fits then; one that is applied lives by them. */
function encode(context: WriteContext, object: KubeObject): Uint8Array {
  const { definition, version } = context.served;
  const value = encodeStored(version.convert?.toStored(object) ?? object, storedVersion(definition));
  if (value.length > OBJECT_BYTES) {
    const { managedFields, ...metadata } = object.metadata;
    if (managedFields !== undefined && context.applies !== true) return encode(context, { ...object, metadata });
    throw new ApiError(
      'RequestEntityTooLarge',
      `the object is ${value.length} bytes; at most ${OBJECT_BYTES} are stored`,
    );
  }
  return value;
}
