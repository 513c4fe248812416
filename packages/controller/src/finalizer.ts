import { hasReason, type Kind, type KubeObject, type ObjectRef, type Stored } from '@drover/api';
import type { Client } from '@drover/client';
import { updateWithRetry } from './conflict.js';

/** Whether `finalizer` holds back the deletion of `object`. */
export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/** Whether the deletion of `object` was asked for. */
export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/**
 * Holds back the deletion of an object until `removeFinalizer`. To be done before whatever needs cleaning up is made.
 *
 * @throws ApiError when the object is gone.
 */
export function addFinalizer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
  finalizer: string,
): Promise<Stored<T>> {
  return updateWithRetry(client, kind, ref, (object) => {
    if (hasFinalizer(object, finalizer) || isBeingDeleted(object)) return undefined;
    object.metadata.finalizers = [...(object.metadata.finalizers ?? []), finalizer];
    return object;
  });
}

/** Lets the deletion of an object go on. An object that is gone is fine. */
export async function removeFinalizer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
  finalizer: string,
): Promise<void> {
  try {
    await updateWithRetry(client, kind, ref, (object) => {
      if (!hasFinalizer(object, finalizer)) return undefined;
      object.metadata.finalizers = object.metadata.finalizers?.filter((other) => other !== finalizer) ?? [];
      return object;
    });
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
}
