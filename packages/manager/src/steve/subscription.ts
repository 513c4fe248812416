import {
  ApiError,
  isJsonObject,
  type Kind,
  type KubeObject,
  type Stored,
  toStatus,
  type WatchEvent,
} from '@drover/api';
import { type Client, TransportError } from '@drover/client';
import type { Clock } from '@drover/kit';
import type { ResourceTypes } from './resource-types.js';
import { withoutReserved } from './steve-document.js';

/** What a client asks to follow. The first five are the key: one watch of each at a time. */
export interface Wish {
  readonly cluster: string;
  readonly resourceType: string;
  readonly namespace?: string;
  readonly id?: string;
  readonly selector?: string;
  readonly resourceVersion?: string;
  /** Steve's other way of telling, by notifications without objects: refused by name. */
  readonly mode?: string;
  readonly stop: boolean;
}

/** Reads a client's message; `undefined` when it is none. */
export function readWish(text: string): Wish | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(parsed) || typeof parsed['resourceType'] !== 'string') return undefined;
  const message = parsed;
  const optional = (name: string): Record<string, string> => {
    const value = message[name];
    return typeof value === 'string' && value !== '' ? { [name]: value } : {};
  };
  return {
    cluster: optional('cluster')['cluster'] ?? 'local',
    resourceType: parsed['resourceType'],
    ...optional('namespace'),
    ...optional('id'),
    ...optional('selector'),
    ...optional('resourceVersion'),
    ...optional('mode'),
    stop: message['stop'] === true,
  };
}

/** What tells one watch from another; sent back with each of its frames. */
export function keyOf({ cluster, resourceType, namespace, id, selector }: Wish) {
  return {
    resourceType,
    cluster,
    ...(namespace === undefined ? {} : { namespace }),
    ...(id === undefined ? {} : { id }),
    ...(selector === undefined ? {} : { selector }),
  };
}

/** A watch that ended sooner than this did not end in the ordinary way. */
const SHORT_MS = 1_000;

const NAMES = { ADDED: 'resource.create', MODIFIED: 'resource.change', DELETED: 'resource.remove' } as const;

/**
 * Follows what `wish` asks for until `signal` aborts, and tells every event to `send`. A watch that the cluster ends in the
 * ordinary way (they all do, after some minutes) goes on from where it was; any failure is told, and ends it.
 */
export async function follow(
  wish: Wish,
  parts: {
    readonly client: () => Promise<Client>;
    readonly types: Pick<ResourceTypes, 'kind'>;
    readonly send: (frame: object) => void;
    /** Called when it is known which kind is watched. */
    readonly opened: (kind: Kind) => void;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { client, types, send, opened, clock, signal } = parts;
  const key = keyOf(wish);
  try {
    const reached = await client();
    const kind = await types.kind(wish.cluster, reached, wish.resourceType);
    opened(kind);
    send({ name: 'resource.start', ...key });
    let resourceVersion = wish.resourceVersion;
    while (!signal.aborted) {
      const began = clock.now();
      const events = reached.watch(kind, {
        namespace: wish.namespace,
        allowWatchBookmarks: true,
        signal,
        ...(wish.selector === undefined ? {} : { labelSelector: wish.selector }),
        ...(wish.id === undefined ? {} : { fieldSelector: `metadata.name=${wish.id}` }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      });
      for await (const event of events) resourceVersion = tell(event, kind, key, send) ?? resourceVersion;
      // A server that ends watches at once must not be asked in a circle.
      if (clock.now() - began < SHORT_MS) await clock.sleep(SHORT_MS, signal);
    }
  } catch (error) {
    if (signal.aborted) return;
    const { message, code } = toStatus(
      error instanceof TransportError ? new ApiError('ServiceUnavailable', error.message) : error,
    );
    send({ name: 'resource.error', ...key, data: { error: message, code } });
  }
  send({ name: 'resource.stop', ...key });
}

function tell(
  event: WatchEvent<KubeObject>,
  { group, kind }: { readonly group: string; readonly kind: string },
  key: object,
  send: (frame: object) => void,
): string | undefined {
  switch (event.type) {
    case 'BOOKMARK': {
      const { resourceVersion } = event.object.metadata;
      send({ name: 'resource.bookmark', ...key, revision: resourceVersion });
      return resourceVersion;
    }
    case 'ERROR':
      throw new ApiError('Unknown', event.object.message ?? 'the watch failed', {}, { code: event.object.code });
    default: {
      const { resourceVersion } = event.object.metadata;
      const type = `${group === '' ? '' : `${group}.`}${kind.toLowerCase()}`;
      const data = { id: idOf(event.object), type, ...withoutReserved(event.object) };
      send({ name: NAMES[event.type], ...key, revision: resourceVersion, data });
      return resourceVersion;
    }
  }
}

const idOf = ({ metadata }: Stored<KubeObject>): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
