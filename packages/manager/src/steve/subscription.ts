import { ApiError, type Identity, isJsonObject, type Kind, type KubeObject, toStatus } from '@drover/api';
import { type Client, TransportError } from '@drover/client';
import type { Clock } from '@drover/kit';
import type { ClusterView } from '../visibility/visibility.js';
import type { ResourceTypes } from './resource-types.js';
import { followRights, type OnRights, RIGHTS_TOPIC } from './rights-topic.js';
import type { SharedWatches } from './shared-watches.js';
import { resourceOf, steveIdentity } from './steve-document.js';
import { type Telling, Union } from './union.js';
import { watchOn } from './watch-on.js';

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

const NAMES = { ADDED: 'resource.create', MODIFIED: 'resource.change', DELETED: 'resource.remove' } as const;

/** What following a wish takes. */
export interface Following {
  readonly identity: Identity;
  /** The cluster in the caller's name. */
  readonly client: () => Promise<Client>;
  /** Who may see what in the cluster. */
  readonly view: () => ClusterView;
  /** Calls a listener with the id of each cluster in which rights may have changed, and whose. */
  readonly onRights: OnRights;
  readonly types: Pick<ResourceTypes, 'kind'>;
  readonly watches: SharedWatches;
  readonly send: (frame: object) => void;
  /** Called when it is known that there is something to follow; what it throws ends it. */
  readonly opened: () => void;
  /** Called when the right to see all that is followed is gone. */
  readonly revoked: () => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Follows what `wish` asks for until `signal` aborts, and tells every event to `send`: all of it, by the caller's own watch, where
 * the cluster lets the caller watch all of it, and otherwise the union of what the caller may see. Any failure is told, and
 * ends it.
 */
export async function follow(wish: Wish, following: Following): Promise<void> {
  const { identity, client, view, types, send, opened, signal } = following;
  const key = keyOf(wish);
  try {
    const reached = await client();
    if (wish.resourceType === RIGHTS_TOPIC) {
      opened();
      send({ name: 'resource.start', ...key });
      await followRights(wish.cluster, { ...following, tell: () => send({ name: 'rights.changed', ...key }) });
      return;
    }
    const kind = await types.kind(wish.cluster, reached, wish.resourceType);
    const rights = view();
    opened();
    const wanted = { kind, namespace: wish.namespace, name: wish.id };
    const sight = await rights.sight(identity, wanted);
    if (signal.aborted) return;
    if (sight === 'everything') {
      send({ name: 'resource.start', ...key });
      using _rights = rights.onChange(identity, () => {
        rights.sight(identity, wanted).then(
          (now) => now === 'everything' || following.revoked(),
          () => following.revoked(),
        );
      });
      await followAll(wish, reached, kind, following);
    } else {
      send({ name: 'resource.start', ...key, scope: sight.scope });
      const telling = tellingOf(kind, key, send);
      const reading = { client: reached, kind, labelSelector: wish.selector, signal };
      const { watches, clock } = following;
      const union = new Union({ reading, view: rights, identity, wanted, telling, watches, clock }, sight);
      await union.follow(wish.resourceVersion);
      if (signal.aborted) return;
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

async function followAll(
  wish: Wish,
  client: Client,
  kind: Kind<KubeObject>,
  { send, clock, signal }: Following,
): Promise<void> {
  const key = keyOf(wish);
  const selection = { namespace: wish.namespace, name: wish.id, labelSelector: wish.selector };
  for await (const { type, object } of watchOn(client, kind, selection, {
    from: wish.resourceVersion,
    clock,
    signal,
  })) {
    const revision = object.metadata.resourceVersion;
    if (type === 'BOOKMARK') send({ name: 'resource.bookmark', ...key, revision });
    else send({ name: NAMES[type], ...key, revision, data: resourceOf(kind, object) });
  }
}

function tellingOf(kind: Kind, key: object, send: (frame: object) => void): Telling {
  return {
    put: (name, object, revision) => send({ name, ...key, revision, data: resourceOf(kind, object) }),
    remove(metadata, revision) {
      const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
      const gone = { apiVersion, kind: kind.kind, metadata };
      send({ name: 'resource.remove', ...key, revision, data: { ...steveIdentity(kind, metadata), ...gone } });
    },
    bookmark: (revision) => send({ name: 'resource.bookmark', ...key, revision }),
    scope: (scope) => send({ name: 'resource.scope', ...key, scope }),
  };
}
