import type { Kind, KubeObject, ObjectRef, Stored } from '@drover/api';
import type { Client } from '@drover/client';

/**
 * Resolves with the first object of a kind, and of a name where one is given, that is as `wanted` says, as soon as there is one.
 *
 * @throws Error when the watch ends before.
 */
export async function eventually<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  { namespace, name }: Partial<ObjectRef>,
  wanted: (object: Stored<T>) => boolean,
): Promise<Stored<T>> {
  const selection = { namespace, ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }) };
  const { items, metadata } = await client.list(kind, selection);
  const found = items.find(wanted);
  if (found !== undefined) return found;
  const stop = new AbortController();
  const { resourceVersion } = metadata;
  try {
    for await (const event of client.watch(kind, { ...selection, resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR' || event.type === 'DELETED') continue;
      if (wanted(event.object)) return event.object;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`the watch of ${kind.plural} ended`);
}

/** Resolves when whether there is an object of a kind as `wanted` says is what `there` says. */
export async function eventuallyAny<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  namespace: string | undefined,
  wanted: (object: Stored<T>) => boolean,
  there: boolean,
): Promise<void> {
  const fitting = new Set<string>();
  const { items, metadata } = await client.list(kind, { namespace });
  for (const item of items) if (wanted(item)) fitting.add(item.metadata.uid);
  if (fitting.size > 0 === there) return;
  const stop = new AbortController();
  const { resourceVersion } = metadata;
  try {
    for await (const event of client.watch(kind, { namespace, resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK' || event.type === 'ERROR') continue;
      if (event.type !== 'DELETED' && wanted(event.object)) fitting.add(event.object.metadata.uid);
      else fitting.delete(event.object.metadata.uid);
      if (fitting.size > 0 === there) return;
    }
  } finally {
    stop.abort();
  }
  throw new Error(`the watch of ${kind.plural} ended`);
}
