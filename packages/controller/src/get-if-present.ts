import { hasReason, type Kind, type KubeObject, type ObjectRef, type Stored } from '@drover/api';
import type { Client } from '@drover/client';

/** Reads an object; `undefined` when there is none. @throws ApiError for any other refusal. */
export async function getIfPresent<T extends KubeObject>(
  client: Pick<Client, 'get'>,
  kind: Kind<T>,
  ref: ObjectRef,
): Promise<Stored<T> | undefined> {
  try {
    return await client.get(kind, ref);
  } catch (error) {
    if (hasReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
