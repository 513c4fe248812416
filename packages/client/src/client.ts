import type { Json, JsonObject, Kind, KubeObject, ObjectList, ObjectRef, Stored, WatchEvent } from '@drover/api';
import type { TransportRequest, TransportResponse } from './transport.js';

/** Which objects of a kind. Absent `namespace` means all namespaces. */
export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan';
  readonly signal?: AbortSignal;
}

/** What to watch, and from where on. */
export interface WatchOptions extends Omit<ListOptions, 'limit' | 'continue' | 'resourceVersionMatch'> {
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
  /** Called when the server has accepted the watch, which may be long before its first event. */
  readonly onOpen?: () => void;
}

/** Options of every write. */
export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

/** How a deletion is to go on. */
export interface DeleteOptions extends Omit<WriteOptions, 'fieldManager'> {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** A patch in one of the forms of the Kubernetes API. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly JsonObject[] }
  | { readonly type: 'merge'; readonly patch: JsonObject }
  | { readonly type: 'strategic'; readonly patch: JsonObject };

/**
 * The verbs of a Kubernetes API. Every method throws `ApiError` for a refusal and `TransportError` when no answer came.
 * Writes are never repeated by the client.
 */
export interface Client {
  get<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, options?: { signal?: AbortSignal }): Promise<Stored<T>>;
  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** `object.metadata.namespace` says where. */
  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<Stored<T>>;
  /** Replaces the object; refused with Conflict unless `metadata.resourceVersion` is the newest. */
  update<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options?: WriteOptions & { subresource?: string },
  ): Promise<Stored<T>>;
  patch<T extends KubeObject>(
    kind: Kind<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions & { subresource?: string },
  ): Promise<Stored<T>>;
  /** Server-side apply of the fields in `object`, as `fieldManager`. */
  apply<T extends KubeObject>(
    kind: Kind<T>,
    object: T,
    options: WriteOptions & { fieldManager: string; force?: boolean; subresource?: string },
  ): Promise<Stored<T>>;
  delete<T extends KubeObject>(kind: Kind<T>, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** Creates a subresource that is a request of its own (`token`, `eviction`) or a virtual kind, and returns the answer. */
  post(path: string, body: Json, options?: WriteOptions): Promise<Json>;
  /** One watch request: ends when the server ends it, when `signal` aborts, or with `ApiError` for an ERROR event. */
  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** The bytes as they come: for proxies and for paths that are no resources. */
  raw(request: TransportRequest): Promise<TransportResponse>;
}
