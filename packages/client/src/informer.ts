import type { Kind, KubeObject, Stored } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Client } from './client.js';
import { type IndexFunction, ObjectCache } from './object-cache.js';
import { reflect } from './reflector.js';

/** What changed in an informer's view. */
export type InformerEvent<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: Stored<T> }
  | { readonly type: 'updated'; readonly object: Stored<T>; readonly previous: Stored<T> }
  | { readonly type: 'deleted'; readonly object: Stored<T> };

/** Whether a view follows the server right now, and if not, since when (ms since the epoch) and why. */
export type InformerHealth =
  | { readonly live: true }
  | { readonly live: false; readonly since: number; readonly error: string };

/**
 * The objects of one kind, kept up to date: list in pages, watch with bookmarks, resume by revision, list anew on 410,
 * back off on failure, for ever. Objects it hands out are shared: never change them.
 */
export interface Informer<T extends KubeObject> extends Disposable {
  readonly kind: Kind<T>;
  /** Resolves when the first list is in; rejects only when disposed before. */
  readonly synced: Promise<void>;
  readonly health: InformerHealth;
  /** The object `namespace/name` (or `name`). */
  get(namespace: string | undefined, name: string): Stored<T> | undefined;
  list(namespace?: string): Stored<T>[];
  /** Objects for which `index` (declared at creation) yields `value`. */
  by(index: string, value: string): Stored<T>[];
  /**
   * Calls `handler` for every object there is, then for each change; disposing the result ends that. A handler that throws is
   * logged and called again for the next change.
   */
  subscribe(handler: (event: InformerEvent<T>) => void): Disposable;
}

/** Which objects to follow. */
export interface InformerOptions<T extends KubeObject> {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** For `by`: each function yields the values under which it finds an object. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
  /** Objects to a page of the first list. Default 500, as client-go. */
  readonly pageSize?: number;
  /** Keep `metadata.managedFields`, which can be half of an object. Default false. */
  readonly keepManagedFields?: boolean;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Starts to follow the objects of `kind`; disposing the result ends that. */
export function createInformer<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  options: InformerOptions<T>,
): Informer<T> {
  const { clock, random, indexes = {}, pageSize = 500, keepManagedFields = false } = options;
  const log = options.log.with({ informer: kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}` });
  const cache = new ObjectCache<T>(indexes);
  const handlers = new Set<(event: InformerEvent<T>) => void>();
  const ended = new AbortController();
  let health: InformerHealth = { live: false, since: clock.now(), error: 'not listed yet' };
  let listed!: () => void;
  let disposedBefore!: (error: Error) => void;
  const synced = new Promise<void>((resolve, reject) => {
    listed = resolve;
    disposedBefore = reject;
  });
  synced.catch(() => undefined);

  const tell = (handler: (event: InformerEvent<T>) => void, event: InformerEvent<T>): void => {
    try {
      handler(event);
    } catch (error) {
      log.error('a handler of an informer threw', { error });
    }
  };
  const publish = (events: readonly InformerEvent<T>[]): void => {
    // Whoever subscribes meanwhile is told of the cache as it is now, which these events have already shaped.
    const audience = [...handlers];
    for (const event of events) for (const handler of audience) if (handlers.has(handler)) tell(handler, event);
  };
  const slim = (object: Stored<T>): Stored<T> => {
    if (!keepManagedFields) delete object.metadata.managedFields;
    return object;
  };

  void reflect(
    client,
    kind,
    {
      replace(objects) {
        publish(cache.replace(objects.map(slim)));
        listed();
      },
      put: (object) => publish(cache.put(slim(object))),
      remove: (object) => publish(cache.remove(slim(object))),
      live() {
        if (!health.live) log.debug('following');
        health = { live: true };
      },
      stale(error) {
        const message = error instanceof Error ? error.message : String(error);
        const since = health.live ? clock.now() : health.since;
        if (health.live || health.error !== message) log.warn('cannot follow; trying again', { error: message });
        health = { live: false, since, error: message };
      },
    },
    { ...options, pageSize, clock, random },
    ended.signal,
  );

  return {
    kind,
    synced,
    get health() {
      return health;
    },
    get: (namespace, name) => cache.get(namespace, name),
    list: (namespace) => (namespace === undefined ? cache.all() : cache.inNamespace(namespace)),
    by: (index, value) => cache.by(index, value),
    subscribe(handler) {
      for (const object of cache.all()) tell(handler, { type: 'added', object });
      handlers.add(handler);
      return { [Symbol.dispose]: () => void handlers.delete(handler) };
    },
    [Symbol.dispose]() {
      ended.abort(new Error('the informer was disposed'));
      handlers.clear();
      disposedBefore(new Error('the informer was disposed before its first list'));
    },
  };
}
