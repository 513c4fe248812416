import type { Catalog, ServedResource } from '../catalog/catalog.js';
import type { Objects, Sighting } from './controller.js';

/** Tells of every change to every kind, kinds that come later included. */
export interface FeedListener {
  onSightings(resource: ServedResource, sightings: readonly Sighting[]): void;
  /** The kinds that are served have changed; `told` resolves when all there is has been told, of new ones too. */
  onCatalog(told: Promise<void>): void;
}

/** One watch for each kind that is served, shared by the controllers whose subject is any object. Events are left out. */
export class ObjectFeed implements Disposable {
  readonly #objects: Objects;
  readonly #catalog: Catalog;
  readonly #listeners: readonly FeedListener[];
  readonly #watched = new Map<string, AbortController>();
  readonly #subscription: Disposable;
  #told: Promise<void> = Promise.resolve();

  constructor(objects: Objects, catalog: Catalog, listeners: readonly FeedListener[]) {
    this.#objects = objects;
    this.#catalog = catalog;
    this.#listeners = listeners;
    this.#subscription = catalog.subscribe(() => this.#follow());
    this.#follow();
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    for (const watch of this.#watched.values()) watch.abort();
    this.#watched.clear();
  }

  #follow(): void {
    const served = new Map(
      this.#catalog
        .resources()
        .filter(isFed)
        .map((resource) => [nameOf(resource), resource]),
    );
    for (const [name, watch] of this.#watched) {
      if (served.has(name)) continue;
      watch.abort();
      this.#watched.delete(name);
    }
    for (const [name, resource] of served) {
      if (this.#watched.has(name)) continue;
      const watch = new AbortController();
      this.#watched.set(name, watch);
      const tell = (sightings: readonly Sighting[]): void => {
        for (const listener of this.#listeners) listener.onSightings(resource, sightings);
      };
      const before = this.#told;
      const telling = this.#objects.follow(resource, tell, watch.signal);
      this.#told = telling.then(() => before);
    }
    for (const listener of this.#listeners) listener.onCatalog(this.#told);
  }
}

function isFed({ plural, verbs }: ServedResource): boolean {
  return plural !== 'events' && verbs.includes('list') && verbs.includes('watch') && verbs.includes('delete');
}

function nameOf({ group, plural }: ServedResource): string {
  return `${group}/${plural}`;
}
