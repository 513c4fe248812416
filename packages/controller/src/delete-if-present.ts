import { hasReason, type Kind, type KubeObject, type ObjectRef } from '@drover/api';
import type { Client, DeleteOptions } from '@drover/client';

/** Deletes an object; one that is gone already is as wanted. @throws ApiError for any other refusal. */
export async function deleteIfPresent<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: ObjectRef,
  options: Pick<DeleteOptions, 'preconditions' | 'signal'> = {},
): Promise<void> {
  await client.delete(kind, ref, options).catch((error: unknown) => {
    if (!hasReason(error, 'NotFound')) throw error;
  });
}
