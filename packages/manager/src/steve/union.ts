import { ApiError, type Identity, type KubeObject, type Stored } from '@drover/api';
import { Bounded, type Clock } from '@drover/kit';
import { MAX_OBJECTS, type Reading, readObject, readParts, revisionOf, tooMany } from '../visibility/read-part.js';
import type { Part, Sight } from '../visibility/sight.js';
import type { ClusterView, Wanted } from '../visibility/visibility.js';
import type { SharedWatches } from './shared-watches.js';
import type { Change } from './watch-on.js';

/** Changes that wait to be looked at; whoever falls behind further lists anew. */
const MAX_WAITING = 2_000;
/** Changes looked at together. */
const AT_ONCE = 16;
/** What RBAC should show and the cluster refuses is tried again: its authorizer may be a moment behind. */
const RETRY_MS = 2_000;
const RETRIES = 5;

type Row = Pick<Stored<KubeObject>['metadata'], 'namespace' | 'name' | 'uid' | 'resourceVersion'>;

/** Where what is seen is told. */
export interface Telling {
  put(name: 'resource.create' | 'resource.change', object: Stored<KubeObject>, revision: string): void;
  remove(row: Row, revision: string): void;
  bookmark(revision: string): void;
  /** What is seen has become another set of parts. */
  scope(scope: string): void;
}

/**
 * Follows what somebody may see of a kind who may not see all of it, until `signal` aborts. That something has changed is learned
 * by a watch with every right, one for all who follow the kind, however many namespaces are theirs; what is told is read in the caller's name, so that the
 * cluster decides each time. What comes into sight is told as created, what goes out of sight as removed.
 *
 * Resolves when the caller may see everything: then an ordinary watch will do.
 *
 * @throws ApiError Expired when the revision to go on from is too old, or the reader too slow; RequestEntityTooLarge when more is
 * in sight than can be put together; whatever else the cluster answers.
 */
export class Union {
  readonly #rows = new Map<string, Row>();
  readonly #waiting = new Bounded<Change>(MAX_WAITING);
  /** Parts in sight that the cluster has refused so far, or that have not been read yet. */
  readonly #unread = new Set<Part>();
  #sight: Sight;
  #position = '';
  #retries = 0;
  #wake: () => void = () => {};
  #rightsChanged = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly parts: {
      readonly reading: Reading;
      readonly view: ClusterView;
      readonly identity: Identity;
      readonly wanted: Wanted;
      readonly telling: Telling;
      readonly watches: SharedWatches;
      readonly clock: Clock;
    },
    sight: Sight,
  ) {
    this.#sight = sight;
  }

  async follow(resourceVersion: string | undefined): Promise<void> {
    const { reading, view } = this.parts;
    const { signal } = reading;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    using _rights = view.onChange(this.parts.identity, () => {
      this.#rightsChanged = true;
      this.#retries = 0;
      this.#wake();
    });
    this.#position = resourceVersion ?? (await revisionOf(view.client, reading, this.parts.wanted.namespace));
    // Before anything is read: what changes meanwhile is looked at afterwards.
    using _changes = this.#listen(this.#position);
    for (const part of this.#sight.parts) this.#unread.add(part);
    await this.#readUnread(resourceVersion === undefined);
    while (!signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#rightsChanged) {
        this.#rightsChanged = false;
        if (await this.#sightMayHaveChanged()) return;
      } else if (this.#waiting.size > 0) await this.#look();
      else await this.#idle(signal);
    }
  }

  #listen(from: string): Disposable {
    const { reading, view, wanted, watches } = this.parts;
    const { kind, labelSelector } = reading;
    const selection = { namespace: wanted.namespace, name: wanted.name, labelSelector };
    const failed = (error: unknown): void => {
      this.#failure ??= { error };
      this.#wake();
    };
    const change = (told: Change): void => {
      if (told.type !== 'BOOKMARK' && this.#sight.partOf(told.object.metadata) === undefined) return;
      if (this.#waiting.offer(told)) this.#wake();
      else failed(new ApiError('Expired', 'too old: changes come faster than they can be looked at'));
    };
    return watches.listen(view.client, kind, { selection, from }, { change, failed });
  }

  async #idle(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#failure !== undefined) return;
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const { clock } = this.parts;
    const again = this.#unread.size > 0 && this.#retries < RETRIES;
    using _retry = again
      ? clock.after(RETRY_MS, () => {
          this.#retries += 1;
          this.#rightsChanged = true;
          this.#wake();
        })
      : undefined;
    await woken;
  }

  /** Answers whether the caller may see everything now. */
  async #sightMayHaveChanged(): Promise<boolean> {
    const { view, identity, wanted, telling } = this.parts;
    const sight = await view.sight(identity, wanted);
    if (sight === 'everything') return true;
    const { scope } = this.#sight;
    const before = this.#sight;
    this.#sight = sight;
    for (const [id, row] of this.#rows) if (sight.partOf(row) === undefined) this.#remove(id, row, this.#position);
    for (const part of this.#unread) if (!sight.has(part)) this.#unread.delete(part);
    for (const part of sight.parts) if (!before.has(part)) this.#unread.add(part);
    await this.#readUnread(true);
    if (scope !== sight.scope) telling.scope(sight.scope);
    return false;
  }

  async #readUnread(tell: boolean): Promise<void> {
    await readParts(this.parts.reading, [...this.#unread], (part, objects) => {
      if (objects === undefined) return;
      this.#unread.delete(part);
      for (const object of objects) this.#put(object, this.#position, tell);
    });
  }

  /** Looks at the objects of the next changes, and tells them in their order. */
  async #look(): Promise<void> {
    const changes: Change[] = [];
    while (changes.length < AT_ONCE) {
      const change = this.#waiting.take();
      if (change === undefined) break;
      changes.push(change);
    }
    const found = new Map<string, Promise<Stored<KubeObject> | undefined>>();
    for (const change of changes) {
      if (change.type === 'BOOKMARK') continue;
      const { object } = change;
      const part = this.#sight.partOf(object.metadata);
      if (part === undefined) continue;
      const id = idOf(object.metadata);
      if (!found.has(id)) found.set(id, readObject(this.parts.reading, part, object.metadata));
    }
    const objects = new Map<string, Stored<KubeObject> | undefined>();
    await Promise.all([...found].map(async ([id, object]) => objects.set(id, await object)));
    for (const change of changes) {
      this.#position = change.object.metadata.resourceVersion;
      if (change.type === 'BOOKMARK') {
        this.parts.telling.bookmark(this.#position);
        continue;
      }
      const { metadata } = change.object;
      const id = idOf(metadata);
      const now = objects.get(id);
      // Whoever goes on from an earlier revision may know of an object that was gone before it could be read.
      const row = change.type === 'DELETED' ? metadata : this.#rows.get(id);
      if (now !== undefined) this.#put(now, this.#position, true);
      else if (objects.has(id) && row !== undefined) this.#remove(id, row, this.#position);
    }
  }

  #put(object: Stored<KubeObject>, revision: string, tell: boolean): void {
    const { metadata } = object;
    const { uid, resourceVersion } = metadata;
    const id = idOf(metadata);
    const known = this.#rows.get(id);
    if (known?.resourceVersion === resourceVersion && known.uid === uid) return;
    this.#rows.set(id, rowOf(metadata));
    if (this.#rows.size > MAX_OBJECTS) throw tooMany(`more than ${MAX_OBJECTS} objects`);
    if (tell) this.parts.telling.put(known === undefined ? 'resource.create' : 'resource.change', object, revision);
  }

  #remove(id: string, row: Row, revision: string): void {
    this.#rows.delete(id);
    this.parts.telling.remove(rowOf(row), revision);
  }
}

const rowOf = ({ namespace, name, uid, resourceVersion }: Row): Row => ({
  ...(namespace === undefined ? {} : { namespace }),
  name,
  uid,
  resourceVersion,
});

const idOf = ({ namespace, name }: Pick<Row, 'namespace' | 'name'>): string => `${namespace ?? ''}/${name}`;
