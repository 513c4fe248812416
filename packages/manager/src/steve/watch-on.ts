import { ApiError, type Kind, type KubeObject, type WatchEvent } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';

/** A watch that ended sooner than this did not end in the ordinary way. */
const SHORT_MS = 1_000;

/** What is watched of a kind. */
export interface Selection {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly labelSelector?: string | undefined;
}

/** An event of a watch that has not failed. */
export type Change = Exclude<WatchEvent<KubeObject>, { type: 'ERROR' }>;

/**
 * The events of a selection until `signal` aborts: a watch that the cluster ends in the ordinary way (they all do, after some
 * minutes) goes on from where it was.
 *
 * @throws ApiError for an ERROR event, and whatever else the cluster answers.
 */
export async function* watchOn(
  client: Client,
  kind: Kind<KubeObject>,
  selection: Selection,
  { from, clock, signal }: { readonly from: string | undefined; readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Change> {
  const { namespace, name, labelSelector } = selection;
  let resourceVersion = from;
  while (!signal.aborted) {
    const began = clock.now();
    const events = client.watch(kind, {
      namespace,
      allowWatchBookmarks: true,
      signal,
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    });
    for await (const event of events) {
      if (event.type === 'ERROR')
        throw new ApiError('Unknown', event.object.message ?? 'the watch failed', {}, { code: event.object.code });
      resourceVersion = event.object.metadata.resourceVersion;
      yield event;
    }
    // A server that ends watches at once must not be asked in a circle.
    if (clock.now() - began < SHORT_MS) await clock.sleep(SHORT_MS, signal);
  }
}
