import { isDeepStrictEqual } from 'node:util';
import { hasReason, type Kind, type KubeObject, type Stored } from '@drover/api';
import type { Client } from '@drover/client';
import { updateWithRetry } from './conflict.js';

/** Creates `object`; when it exists already, resolves with the one that exists, unchanged. */
export async function createIfAbsent<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  object: T,
): Promise<Stored<T>> {
  const { namespace, name } = object.metadata;
  if (name === undefined) throw new TypeError('only an object with a name can be absent');
  try {
    return await client.create(kind, object);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
    return client.get(kind, { namespace, name });
  }
}

/**
 * Makes the object be as `mutate` wants it: `mutate` changes, in place, either the object that exists (a private copy) or
 * `blank`. Writes only when that made a difference, and again on conflict.
 */
export async function createOrUpdate<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  blank: T,
  mutate: (object: T) => void,
): Promise<Stored<T>> {
  const { namespace, name } = blank.metadata;
  if (name === undefined) throw new TypeError('only an object with a name can be updated');
  const change = (live: Stored<T>): T | undefined => {
    const wanted: T = structuredClone(live);
    mutate(wanted);
    return isDeepStrictEqual(wanted, live) ? undefined : wanted;
  };
  try {
    return await updateWithRetry(client, kind, { namespace, name }, change);
  } catch (error) {
    if (!hasReason(error, 'NotFound')) throw error;
  }
  const fresh = structuredClone(blank);
  mutate(fresh);
  try {
    return await client.create(kind, fresh);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
    return updateWithRetry(client, kind, { namespace, name }, change);
  }
}

/** Changes, in place, the status of an object; writes only when that made a difference, and again on conflict. */
export function updateStatus<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  ref: { readonly namespace?: string | undefined; readonly name: string },
  mutate: (object: Stored<T>) => void,
): Promise<Stored<T>> {
  return updateWithRetry(
    client,
    kind,
    ref,
    (live) => {
      const wanted = structuredClone(live);
      mutate(wanted);
      return isDeepStrictEqual(wanted, live) ? undefined : wanted;
    },
    { subresource: 'status' },
  );
}
