import type { KubeObject, Stored } from '@drover/api';

/** What changed in an informer's view. */
export type InformerEvent<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: Stored<T> }
  | { readonly type: 'updated'; readonly object: Stored<T>; readonly previous: Stored<T> }
  | { readonly type: 'deleted'; readonly object: Stored<T> };

/**
 * The objects of one kind, kept up to date: list in pages, watch with bookmarks, resume by revision, list anew on 410,
 * back off on failure, for ever. Objects it hands out are shared: never change them.
 */
export interface Informer<T extends KubeObject> extends Disposable {
  /** Resolves when the first list is in; rejects only when disposed before. */
  readonly synced: Promise<void>;
  /** Whether the view follows the server right now, and if not, since when (ms since the epoch) and why. */
  readonly health: { readonly live: true } | { readonly live: false; readonly since: number; readonly error: string };
  /** The object `namespace/name` (or `name`). */
  get(namespace: string | undefined, name: string): Stored<T> | undefined;
  list(namespace?: string): Stored<T>[];
  /** Objects for which `index` (declared at creation) yields `value`. */
  by(index: string, value: string): Stored<T>[];
  /** Calls `handler` for every object there is, then for each change; disposing the result ends that. */
  subscribe(handler: (event: InformerEvent<T>) => void): Disposable;
}
