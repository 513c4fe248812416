import {
  ApiError,
  apiVersion,
  applyJsonPatch,
  applyMergePatch,
  badRequest,
  expired,
  type Json,
  type JsonObject,
  type Kind,
  type KubeObject,
  notServed,
  type ObjectRef,
  type Stored,
  type WatchEvent,
} from '@drover/api';
import type { Clock, RandomBytes } from '@drover/kit';
import type { Client, ListOptions, Patch, WatchOptions, WriteOptions } from '../client.js';
import { TransportError } from '../transport.js';
import { applyPatch } from './apply-patch.js';
import { FakeObjects, resourceOf } from './fake-objects.js';
import type { Change } from './history.js';
import { type Selection, selectionOf } from './selection.js';

/** One call of a fake client, before anything happens. */
export interface FakeCall {
  readonly verb: 'get' | 'list' | 'create' | 'update' | 'patch' | 'apply' | 'delete' | 'watch' | 'post';
  readonly kind: Kind | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** What a fake client is made of. */
export interface FakeClientOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Kinds without a status subresource, as `plural.group`; all others have one. */
  readonly withoutStatus?: readonly string[];
  /** Called before each call; what it throws is the call's answer. How a test injects failures. */
  readonly before?: (call: FakeCall) => void | Promise<void>;
  /** Answers `post` (subresources that are requests of their own: token, eviction). Default: 404. */
  readonly post?: (path: string, body: Json) => Json | Promise<Json>;
}

/** A client of a fake API server, with the means to make it behave badly. */
export interface FakeClient extends Client {
  /** Forgets the history: watches and pages from older revisions get 410. */
  expireHistory(): void;
  /** Breaks every open watch, as a lost connection does. */
  dropWatches(): void;
  /** Sends a bookmark to every watch that allows it. */
  bookmark(): void;
  /** How many watches are open. */
  readonly watching: number;
}

/**
 * The behaviour of a Kubernetes API that controllers rely on, in memory: revisions, conflicts, generation, the status
 * subresource, finalizers, selectors, pages, watches with resume, merge patches, and apply without field conflicts. There are no
 * schemas, no permissions and no garbage collection; strategic patches and raw requests are refused.
 */
export function createFakeClient(options: FakeClientOptions): FakeClient {
  const { clock, random, withoutStatus = [], before } = options;
  const objects = new FakeObjects(clock, random, withoutStatus);
  const applied = new Map<string, Json>();
  // What remains of lists that were asked for in pages, as it was when the first page was cut.
  const snapshots = new Map<string, { readonly at: number; readonly items: readonly Stored<KubeObject>[] }>();
  const drops = new Set<() => void>();
  const bookmarks = new Set<() => void>();

  const enter = async (call: FakeCall, signal?: AbortSignal): Promise<void> => {
    // A real server never answers in the same turn.
    await Promise.resolve();
    if (signal?.aborted) throw new TransportError('aborted', { cause: signal.reason });
    await before?.(call);
  };
  const replace = <T extends KubeObject>(kind: Kind<T>, object: Json, write: Write): Stored<T> =>
    objects.update(kind, object as unknown as T, write.subresource, write.dryRun ?? false);

  return {
    async get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, { signal }: { signal?: AbortSignal } = {}) {
      await enter({ verb: 'get', kind, ...ref }, signal);
      return objects.get(kind, ref);
    },

    async list<T extends KubeObject>(kind: Kind<T>, list: ListOptions = {}) {
      await enter({ verb: 'list', kind, namespace: list.namespace }, list.signal);
      const { revision } = objects.history;
      const found = list.continue === undefined ? undefined : snapshots.get(list.continue);
      if (list.continue !== undefined && found === undefined) {
        throw expired('The provided continue parameter is too old to display a consistent list result.');
      }
      const { at, items } = found ?? { at: revision, items: objects.list(kind).filter(selectionOf(list)) };
      const limit = list.limit === undefined || list.limit === 0 ? items.length : list.limit;
      const rest = items.slice(limit);
      const token = `${at}.${snapshots.size}`;
      if (rest.length > 0) snapshots.set(token, { at, items: rest });
      return {
        apiVersion: apiVersion(kind),
        kind: `${kind.kind}List`,
        metadata: {
          resourceVersion: String(at),
          ...(rest.length > 0 ? { continue: token, remainingItemCount: rest.length } : {}),
        },
        items: items.slice(0, limit) as Stored<T>[],
      };
    },

    async create<T extends KubeObject>(kind: Kind<T>, object: T, write: WriteOptions = {}) {
      await enter(
        { verb: 'create', kind, namespace: object.metadata.namespace, name: object.metadata.name },
        write.signal,
      );
      return objects.create(kind, object, write.dryRun ?? false);
    },

    async update<T extends KubeObject>(kind: Kind<T>, object: T, write: Write = {}) {
      const { namespace, name } = object.metadata;
      await enter({ verb: 'update', kind, namespace, name, subresource: write.subresource }, write.signal);
      return objects.update(kind, object, write.subresource, write.dryRun ?? false);
    },

    async patch<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, patch: Patch, write: Write = {}) {
      await enter({ verb: 'patch', kind, ...ref, subresource: write.subresource }, write.signal);
      const live = jsonOf(objects.get(kind, ref));
      if (patch.type === 'merge') return replace(kind, applyMergePatch(live, patch.patch), write);
      if (patch.type === 'json') return replace(kind, applyJsonPatch(live, patch.operations), write);
      throw new ApiError('UnsupportedMediaType', 'the fake client knows no schemas, and so no strategic patches');
    },

    async apply<T extends KubeObject>(kind: Kind<T>, object: T, write: Write & { fieldManager: string }) {
      const { namespace, name } = object.metadata;
      await enter({ verb: 'apply', kind, namespace, name, subresource: write.subresource }, write.signal);
      if (name === undefined) throw badRequest('metadata.name is required for apply requests');
      const key = `${resourceOf(kind)} ${namespace ?? ''}/${name} ${write.fieldManager} ${write.subresource ?? ''}`;
      const wanted = jsonOf(object);
      const live = objects
        .list(kind)
        .find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
      if (live === undefined && write.subresource !== undefined) throw notServed();
      const result =
        live === undefined
          ? objects.create(kind, object, write.dryRun ?? false)
          : replace(kind, applyPatch(jsonOf(live), applied.get(key), wanted), write);
      if (write.dryRun !== true) applied.set(key, wanted);
      return result as Stored<T>;
    },

    async delete(kind, ref, options = {}) {
      await enter({ verb: 'delete', kind, ...ref }, options.signal);
      objects.delete(kind, ref, options);
    },

    async post(path, body, write = {}) {
      await enter({ verb: 'post', kind: undefined, name: path }, write.signal);
      if (options.post === undefined) throw notServed();
      return options.post(path, body);
    },

    async *watch<T extends KubeObject>(kind: Kind<T>, watch: WatchOptions = {}) {
      await enter({ verb: 'watch', kind, namespace: watch.namespace }, watch.signal);
      yield* follow(objects, kind, watch, clock, drops, bookmarks);
    },

    raw() {
      return Promise.reject(new TransportError('the fake client has no raw requests'));
    },

    expireHistory() {
      snapshots.clear();
      objects.history.forget();
    },
    dropWatches() {
      for (const drop of [...drops]) drop();
    },
    bookmark() {
      for (const send of [...bookmarks]) send();
    },
    get watching() {
      return drops.size;
    },
  };
}

type Write = WriteOptions & { readonly subresource?: string };

async function* follow<T extends KubeObject>(
  objects: FakeObjects,
  kind: Kind<T>,
  watch: WatchOptions,
  clock: Clock,
  drops: Set<() => void>,
  bookmarks: Set<() => void>,
): AsyncGenerator<WatchEvent<T>> {
  const { history } = objects;
  const selected = selectionOf(watch);
  const resource = resourceOf(kind);
  const ready: WatchEvent<T>[] = [];
  const anew = watch.resourceVersion === undefined || watch.resourceVersion === '0';
  let at = anew ? 0 : Number(watch.resourceVersion);
  if (!Number.isSafeInteger(at)) throw badRequest(`invalid resource version "${watch.resourceVersion}"`);
  let wake = (): void => undefined;
  let end: { readonly error?: unknown } | undefined;
  const finish = (error?: unknown): void => {
    end ??= error === undefined ? {} : { error };
    wake();
  };
  const collect = (): void => {
    try {
      for (const change of history.since(at)) {
        at = change.revision;
        const event = change.resource === resource ? eventOf<T>(change, selected) : undefined;
        if (event !== undefined) ready.push(event);
      }
    } catch (error) {
      finish(error);
    }
    wake();
  };
  if (anew) {
    for (const object of objects.list(kind).filter(selected)) ready.push({ type: 'ADDED', object });
    at = history.revision;
  }
  const drop = (): void => finish(new TransportError('the connection was lost'));
  const mark = (): void => {
    if (watch.allowWatchBookmarks !== true) return;
    ready.push({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(history.revision) } } });
    wake();
  };
  const abort = (): void => finish(new TransportError('aborted', { cause: watch.signal?.reason }));
  if (watch.signal?.aborted) abort();
  watch.signal?.addEventListener('abort', abort, { once: true });
  drops.add(drop);
  bookmarks.add(mark);
  using _following = history.follow(collect);
  using _timeout =
    watch.timeoutSeconds === undefined ? undefined : clock.after(watch.timeoutSeconds * 1000, () => finish());
  try {
    collect();
    if (end === undefined) watch.onOpen?.();
    for (;;) {
      const event = ready.shift();
      if (event !== undefined) yield event;
      else if (end !== undefined) {
        if ('error' in end) throw end.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    watch.signal?.removeEventListener('abort', abort);
    drops.delete(drop);
    bookmarks.delete(mark);
  }
}

/** As a server does for a selection: entering it is ADDED, leaving it is DELETED. */
function eventOf<T extends KubeObject>(
  { object, previous, revision }: Change,
  selected: Selection,
): WatchEvent<T> | undefined {
  const isIn = object !== undefined && selected(object);
  const wasIn = previous !== undefined && selected(previous);
  if (isIn) return { type: wasIn ? 'MODIFIED' : 'ADDED', object: structuredClone(object) as Stored<T> };
  if (!wasIn) return undefined;
  const last = structuredClone(object ?? previous) as Stored<T>;
  last.metadata.resourceVersion = String(revision);
  return { type: 'DELETED', object: last };
}

function jsonOf(object: KubeObject): JsonObject {
  return structuredClone(object);
}
