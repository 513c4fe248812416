import type { Kind, KubeObject } from '@drover/api';
import type { Client } from '@drover/client';
import { deleteIfPresent } from '@drover/controller';

/** Deletes the objects of a kind that a label selector finds, in all namespaces. */
export async function removeLabelled<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  labelSelector: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { items } = await client.list(kind, { labelSelector, ...options });
  for (const { metadata } of items) {
    await deleteIfPresent(client, kind, { namespace: metadata.namespace, name: metadata.name }, options);
  }
}
