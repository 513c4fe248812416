import type { Kind, KubeObject, ObjectRef, Stored } from '@drover/api';
import type { Client } from './client.js';

/**
 * Resolves with the object as soon as it exists and is as `wanted` says. It watches, and lists anew when a watch ends; it
 * waits as long as `signal` lets it.
 *
 * @throws the signal's reason when it aborts; `ApiError` when the list is refused; `TransportError` when no answer came.
 */
export async function waitFor<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  { namespace, name }: ObjectRef,
  wanted: (object: Stored<T>) => boolean,
  signal: AbortSignal,
): Promise<Stored<T>> {
  const selection = { namespace, fieldSelector: `metadata.name=${name}` };
  for (;;) {
    signal.throwIfAborted();
    const { items, metadata } = await client.list(kind, { ...selection, signal });
    const now = items.find(wanted);
    if (now) return now;
    const stop = new AbortController();
    const options = { ...selection, resourceVersion: metadata.resourceVersion };
    try {
      for await (const event of client.watch(kind, { ...options, signal: AbortSignal.any([signal, stop.signal]) })) {
        if ((event.type === 'ADDED' || event.type === 'MODIFIED') && wanted(event.object)) return event.object;
      }
    } finally {
      stop.abort();
    }
  }
}
