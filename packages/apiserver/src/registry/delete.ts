import { type ApiError, conflict, type KubeObject, notFound, type ObjectMeta, type ObjectRef } from '@drover/api';
import { type Entry, KeyMissing, RevisionConflict } from '@drover/store';
import type { Served } from '../catalog/definition.js';
import { collectionPrefix, objectKey } from '../storage/key.js';
import { decodeStored, encodeStored } from '../storage/rendering.js';
import { admissionRequest } from './admission-request.js';
import { type Core, timestamp, type WriteContext, type Written } from './core.js';
import { refusalOf } from './refusal.js';
import { shown } from './shown.js';
import { servedVersion, viewOf } from './view.js';

/** What a DELETE says (meta/v1 DeleteOptions). */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
}

/** Finalizers by which the garbage collector learns what is to become of dependents (meta/v1). */
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';
const ATTEMPTS = 8;

/**
 * Deletes an object, or marks it deleted while finalizers, a grace period or its kind's strategy hold it back.
 *
 * @throws ApiError as Kubernetes words it.
 */
export function deleteObject(
  core: Core,
  context: WriteContext,
  ref: ObjectRef,
  options: DeleteOptions,
): Promise<Written> {
  const { definition } = context.served;
  const key = objectKey(collectionPrefix(definition), ref);
  return core.lock.run(key, async () => {
    for (let attempt = 1; ; attempt++) {
      const entry = core.store.get(key);
      if (entry === undefined) throw notFound(definition, ref.name);
      try {
        return await deleteEntry(core, context, entry, options);
      } catch (error) {
        const raced = error instanceof RevisionConflict || error instanceof KeyMissing;
        if (raced && attempt < ATTEMPTS && options.preconditions?.resourceVersion === undefined) continue;
        throw refusalOf(error, definition, ref.name);
      }
    }
  });
}

async function deleteEntry(core: Core, context: WriteContext, entry: Entry, options: DeleteOptions): Promise<Written> {
  const { definition } = context.served;
  const { strategy } = definition;
  const object = decodeStored(entry.value, entry.revision);
  const refused = preconditionFailure(context, object, options);
  if (refused !== undefined) throw refused;
  strategy.authorizeDelete?.(object);
  const old = object.apiVersion === servedVersion(context.served) ? object : await viewed(context.served, entry);
  const review = admissionRequest(context, 'DELETE', object.metadata.name ?? '', { old });
  if (core.admission.mutates(definition)) await core.admission.mutate(review);
  await core.admission.review(review);
  await core.admission.validate(review);
  const before = JSON.stringify(object);
  const { metadata } = object;
  const finalizers = finalizersFor(metadata, options.propagationPolicy);
  const grace = strategy.graceSeconds?.(object, options.gracePeriodSeconds);
  const held = finalizers.length > 0 || strategy.heldBack?.(object) === true || (grace ?? 0) > 0;
  if (!held) {
    const revision = context.dryRun ? undefined : await core.store.delete(entry.key, entry.revision);
    return { value: entry.value, revision, outcome: 'deleted' };
  }
  if (finalizers.length > 0) metadata.finalizers = finalizers;
  markDeleted(core, metadata, grace);
  if (strategy.generation && !before.includes('"deletionTimestamp"'))
    metadata.generation = (metadata.generation ?? 0) + 1;
  strategy.markDeleted?.(object);
  if (JSON.stringify(object) === before) return { value: entry.value, revision: entry.revision, outcome: 'unchanged' };
  // As it was stored: a deletion brings no object into another version.
  const value = encodeStored(object, object.apiVersion);
  if (context.dryRun) return { value, revision: entry.revision, outcome: 'updated' };
  const stored = await core.store.update(entry.key, value, entry.revision);
  return { value, revision: stored.revision, outcome: 'updated' };
}

async function viewed(served: Served, entry: Entry): Promise<KubeObject> {
  const { value, revision } = await shown(served, entry);
  return viewOf(served, value, revision);
}

/** Sets when the object is to be gone. A second deletion may only bring that forward. */
function markDeleted({ clock }: Core, metadata: ObjectMeta, grace: number | undefined): void {
  const now = clock.now();
  const seconds = grace ?? 0;
  const earlier = metadata.deletionGracePeriodSeconds;
  if (metadata.deletionTimestamp !== undefined && earlier !== undefined && earlier <= seconds) return;
  metadata.deletionTimestamp = timestamp(now + seconds * 1000);
  metadata.deletionGracePeriodSeconds = seconds;
}

function finalizersFor({ finalizers = [] }: ObjectMeta, policy: DeleteOptions['propagationPolicy']): string[] {
  if (policy === undefined) return [...finalizers];
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (policy === 'Orphan') return [...others, ORPHAN];
  if (policy === 'Foreground') return [...others, FOREGROUND];
  return others;
}

function preconditionFailure(
  context: WriteContext,
  { metadata }: KubeObject,
  options: DeleteOptions,
): ApiError | undefined {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { group, kind } = context.served.definition;
  // Named by its kind here, and nowhere else.
  const refuse = (why: string): ApiError => conflict({ group, plural: kind }, metadata.name ?? '', why);
  if (uid !== undefined && uid !== metadata.uid)
    return refuse(
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid ?? ''}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    return refuse(
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion ?? ''}). The object might have been modified`,
    );
  return undefined;
}
