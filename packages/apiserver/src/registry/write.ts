import { isDeepStrictEqual } from 'node:util';
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  type JsonObject,
  type KubeObject,
  notFound,
  type ObjectMeta,
  type ObjectRef,
  type StatusCause,
} from '@drover/api';
import { type Entry, RevisionConflict } from '@drover/store';
import { versionOf } from '../catalog/definition.js';
import { customResourceCauses } from '../crd/custom-resource-causes.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { encodeStored, storedApiVersion } from '../storage/rendering.js';
import { type AdmissionRequest, requireNamespace } from './admission.js';
import { admissionRequest } from './admission-request.js';
import { type Core, strategyContext, timestamp, type WriteContext, type Written } from './core.js';
import { addParts, knownFields } from './fields.js';
import {
  finalizerWarnings,
  generatedName,
  metadataRules,
  newUid,
  placeInNamespace,
  validateMetadata,
} from './metadata.js';
import { keepManagers, trackManagers } from './ownership.js';
import { MODIFIED, refusalOf } from './refusal.js';
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
  const { definition, version } = served;
  const { metadata } = sent;
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw new ApiError('Unknown', 'resourceVersion should not be set on objects to be created');
  }
  placeInNamespace(sent, namespace);
  forgetPast(metadata);
  const filled = version.schema().withDefaults(knownFields(context, sent));
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
        return storeNew(core, context, await wantedObject(core, context, made, rules.managersTracked ?? false));
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
  const filled = version.schema().withDefaults(knownFields(context, combine(context, sent, old)));
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

/** Whether the sender named a revision, which must then be the present one. */
function checkRevision(context: WriteContext, sent: KubeObject, old: KubeObject, rules: UpdateRules): boolean {
  const { definition } = context.served;
  const name = old.metadata.name ?? '';
  const asked = sent.metadata.resourceVersion ?? '';
  if (!/^\d*$/.test(asked))
    throw new ApiError('Unknown', `strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`);
  if (asked === '' || asked === '0') {
    if (rules.replace && definition.strategy.unconditionalUpdate !== true) {
      const message = 'Invalid value: 0x0: must be specified for an update';
      const cause: StatusCause = { reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' };
      // Named by its plural here, and nowhere else.
      throw invalid({ ...definition, kind: definition.plural }, name, [cause]);
    }
    return false;
  }
  if (asked !== old.metadata.resourceVersion) throw conflict(definition, name, MODIFIED);
  // A patch carries the present revision along without meaning it.
  return rules.replace;
}

/** @throws ApiError BadRequest for an object that has not the name of the URL. */
function refuseOtherName({ metadata }: KubeObject, name: string): void {
  const said = metadata.name ?? '';
  if (said === '')
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  if (said !== name) throw badRequest(`the name of the object (${said}) does not match the name on the URL (${name})`);
}

/** A replacement may insist on the object that it was made for; otherwise the UID is nobody's to change. */
function checkUid({ served, namespace }: WriteContext, sent: KubeObject, old: KubeObject, rules: UpdateRules): void {
  const { definition } = served;
  const { name = '', uid: present = '' } = old.metadata;
  const { uid = '' } = sent.metadata;
  if (uid === '' || uid === present) return;
  if (!rules.replace) throw invalid(definition, name, [invalidValue('metadata.uid', uid, 'field is immutable')]);
  const { group, plural, builtin } = definition;
  const key = ['/registry', ...(builtin ? [] : [group]), plural, ...(namespace ? [namespace] : []), name].join('/');
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${present}`;
  const told = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  throw conflict(definition, name, told);
}

/** What the sender may say, on top of what only the server says. */
function combine(context: WriteContext, sent: KubeObject, old: KubeObject): KubeObject {
  const { part, served } = context;
  const from = part === 'status' || !served.version.status ? sent : old;
  const { status } = from as KubeObject & { status?: unknown };
  const combined = { ...(part === 'status' ? structuredClone(old) : sent) } as KubeObject & { status?: unknown };
  combined.metadata = combinedMetadata(context, sent, old);
  if (status !== undefined) combined.status = status;
  else if ('status' in combined) delete combined.status;
  return combined;
}

/** Metadata that only the server says: sent values are not looked at. */
const SERVER_SAYS = ['name', 'uid', 'creationTimestamp', 'generation', 'generateName', 'selfLink'] as const;

function combinedMetadata({ part, served }: WriteContext, sent: KubeObject, old: KubeObject): ObjectMeta {
  const { statusLeaves = [] } = served.definition.strategy;
  const { managedFields } = sent.metadata;
  if (part === 'status' && statusLeaves === 'metadata') {
    return managedFields === undefined ? { ...old.metadata } : { ...old.metadata, managedFields };
  }
  const metadata = { ...sent.metadata } as Record<string, unknown>;
  const left = part === 'status' ? [...SERVER_SAYS, ...statusLeaves] : SERVER_SAYS;
  for (const field of left) {
    const value = (old.metadata as Record<string, unknown>)[field];
    if (value !== undefined) metadata[field] = value;
    else if (field in metadata) delete metadata[field];
  }
  return deletionKept(metadata, old.metadata) as ObjectMeta;
}

/** A deletion that was asked for cannot be taken back; one that was not is left to validation. */
function deletionKept(metadata: Record<string, unknown>, old: ObjectMeta): Record<string, unknown> {
  const { deletionTimestamp, deletionGracePeriodSeconds } = old;
  if (deletionTimestamp === undefined) return metadata;
  return {
    ...metadata,
    deletionTimestamp,
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}

/** Whether nothing outside metadata, and status where that is a part of its own, differs: `generation` counts intents. */
function sameIntent(object: KubeObject, old: KubeObject, ownStatus: boolean): boolean {
  const intentOf = (whole: KubeObject): JsonObject => {
    const { metadata: _metadata, status, apiVersion: _version, ...intent } = whole as KubeObject & JsonObject;
    return ownStatus ? intent : { ...intent, status };
  };
  return isDeepStrictEqual(intentOf(object), intentOf(old));
}

/** Whether a write would only renew the times in managedFields: then nothing is written, and watchers sleep on. */
function unchanged(object: KubeObject, old: KubeObject): boolean {
  const timeless = ({ metadata, ...rest }: KubeObject): unknown => {
    const { managedFields = [], resourceVersion: _revision, ...others } = metadata;
    return { ...rest, metadata: { ...others, managedFields: managedFields.map(({ time: _time, ...entry }) => entry) } };
  };
  return isDeepStrictEqual(JSON.parse(JSON.stringify(timeless(object))), timeless(old));
}

/** Nothing is waited for but rules that take longer than a turn. @throws ApiError Invalid, with each cause. */
function validate(
  core: Core,
  context: WriteContext,
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<void> | undefined {
  const { definition, version } = context.served;
  const schema = version.schema();
  const helpers = strategyContext(core, context);
  const causes = validateMetadata(object.metadata, metadataRules(definition), old?.metadata);
  const judge = (found: readonly StatusCause[]): void => {
    causes.push(...found.filter(({ field = '' }) => !field.startsWith('metadata.')));
    // The kind's own rules may rely on the shape that the schema promises.
    if (causes.length === 0) causes.push(...(definition.strategy.validate?.(object, old, helpers) ?? []));
    if (causes.length > 0) throw invalid(definition, object.metadata.name ?? '', causes);
    if (definition.builtin) return;
    for (const warning of finalizerWarnings(object.metadata, old?.metadata)) helpers.warn(warning);
  };
  const found = definition.builtin
    ? schema.validate(object)
    : customResourceCauses(schema, object, old, causes, helpers.warn);
  if (found instanceof Promise) return found.then(judge);
  judge(found);
  return undefined;
}

/** The object as the steps leave it that see it before it is checked. */
async function mutate(
  core: Core,
  context: WriteContext,
  operation: 'CREATE' | 'UPDATE',
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<KubeObject> {
  const request = admissionRequest(context, operation, object.metadata.name ?? '', statesOf(object, old));
  const mutated = completed(context, object, await core.admission.mutate(request));
  return mutated === object ? object : keepManagers(mutated, object, request);
}

/** The valid object as the steps leave it that see it so, within what its writer may write. */
async function admit(
  core: Core,
  context: WriteContext,
  operation: 'CREATE' | 'UPDATE',
  object: KubeObject,
  old: KubeObject | undefined,
): Promise<KubeObject> {
  const { admission } = core;
  const validated = validate(core, context, object, old);
  if (validated !== undefined) await validated;
  const request = admissionRequest(context, operation, object.metadata.name ?? '', statesOf(object, old));
  const reviewed = admission.review(request);
  const admitted = completed(context, object, reviewed instanceof Promise ? await reviewed : reviewed);
  if (admitted !== object) await validate(core, context, admitted, old);
  context.served.definition.strategy.authorizeWrite?.(admitted, old, strategyContext(core, context));
  await admission.validate(admitted === object ? request : { ...request, object: admitted });
  return admitted;
}

function statesOf(object: KubeObject, old: KubeObject | undefined): { object: KubeObject; old?: KubeObject } {
  return old === undefined ? { object } : { object, old };
}

function completed({ served }: WriteContext, object: KubeObject, changed: AdmissionRequest['object']): KubeObject {
  if (changed === undefined || changed === object) return object;
  const schema = served.version.schema();
  return schema.withDefaults(schema.prune(changed).object);
}

/** As `encode`, for kinds that are converted outside this process. */
async function encodeConverted(context: WriteContext, object: KubeObject): Promise<Uint8Array> {
  const { definition } = context.served;
  const [stored = object] =
    (await versionOf(definition, definition.storageVersion)?.converter?.convert([object])) ?? [];
  return encode(context, stored);
}

function encode({ served }: WriteContext, object: KubeObject): Uint8Array {
  const { definition, version } = served;
  const value = encodeStored(version.convert?.toStored(object) ?? object, storedVersion(definition));
  if (value.length > OBJECT_BYTES) {
    throw new ApiError(
      'RequestEntityTooLarge',
      `the object is ${value.length} bytes; at most ${OBJECT_BYTES} are stored`,
    );
  }
  return value;
}
