import { fromStatus, hasReason, type Kind, type KubeObject, type ObjectList, type Stored } from '@drover/api';
import { type Backoff, type Clock, delayMs } from '@drover/kit';
import { collectionName } from '../api/cluster-api.js';
import type { Topic } from './frame.js';
import { applyChanges, type Change, laterRevision, rowsOf } from './rows.js';
import type { SubscribeSocket } from './socket.js';

/** How true the rows are right now. */
export type Freshness =
  | { readonly state: 'loading' }
  | { readonly state: 'live' }
  /** Rows as of `since` (ms since the epoch); the connection is being made again. */
  | { readonly state: 'catching-up'; readonly since: number; readonly error?: unknown }
  /** There are no rows to show: the first list failed. It is tried again by itself. */
  | { readonly state: 'failed'; readonly error: unknown };

/** Whether there are rows to speak of: of this moment, or of the one before the connection was lost. */
export const isKnown = ({ state }: Freshness): boolean => state === 'live' || state === 'catching-up';

/** What a component reads: replaced, never changed. */
export interface Snapshot<T extends KubeObject> {
  readonly rows: ReadonlyMap<string, Stored<T>>;
  readonly items: readonly Stored<T>[];
  readonly freshness: Freshness;
}

/** What a list showed, and of what: `undefined` when the server did not say. */
export type Listed<T extends KubeObject> = Pick<ObjectList<T>, 'items'> & {
  readonly metadata: Pick<ObjectList<T>['metadata'], 'resourceVersion'>;
  readonly scope: string | undefined;
};

/** Lists the collection over HTTP. */
export type ListCollection<T extends KubeObject> = (signal: AbortSignal) => Promise<Listed<T>>;

const RELIST: Backoff = { baseMs: 1_000, capMs: 30_000 };

/** Events of one burst are shown together: one render a frame, however many machines start at once. */
const BATCH_MS = 50;

/** The topic under which `/v1/subscribe` tells a kind's changes. */
export const topicOf = (kind: Kind, cluster: string, namespace?: string): Topic => ({
  cluster,
  resourceType: collectionName(kind),
  ...(namespace === undefined ? {} : { namespace }),
});

/**
 * One kind of one cluster, kept up to date: listed once, then followed by revision; listed anew only when the server no
 * longer holds the revision. Runs from the first listener to `dispose`. Last known rows stay through a lost connection.
 */
export class LiveCollection<T extends KubeObject> implements Disposable {
  #snapshot: Snapshot<T> = { rows: new Map(), items: [], freshness: { state: 'loading' } };
  readonly #listeners = new Set<() => void>();
  #subscription: Disposable | undefined;
  #listing: AbortController | undefined;
  #revision: string | undefined;
  #scope: string | undefined;
  #pending: Change<T>[] = [];
  #batch: Disposable | undefined;
  #retry: Disposable | undefined;
  #attempt = 0;
  #disposed = false;

  constructor(
    readonly topic: Topic,
    private readonly list: ListCollection<T>,
    private readonly socket: SubscribeSocket,
    private readonly clock: Clock,
    private readonly random: () => number,
    /** Called when the reader turns out to see more or less than before. */
    private readonly rightsChanged: () => void = () => {},
  ) {}

  readonly snapshot = (): Snapshot<T> => this.#snapshot;

  /** Calls `listener` after each new snapshot, until the returned function is called. */
  readonly listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#subscription === undefined && !this.#disposed) this.#start();
    return () => this.#listeners.delete(listener);
  };

  get listeners(): number {
    return this.#listeners.size;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#listing?.abort();
    this.#batch?.[Symbol.dispose]();
    this.#retry?.[Symbol.dispose]();
    this.#subscription?.[Symbol.dispose]();
  }

  #start(): void {
    void this.#relist();
    this.#subscription = this.socket.subscribe(this.topic, {
      onOpen: () => this.#follow(),
      onLost: () => this.#stale(),
      onFrame: (frame) => {
        switch (frame.type) {
          case 'start':
            this.#started(frame.scope);
            return;
          case 'scope':
            this.#scope = frame.scope;
            this.rightsChanged();
            return;
          case 'put':
          case 'remove':
            this.#note({ type: frame.type, object: frame.object as Stored<T> }, frame.revision);
            return;
          case 'bookmark':
            this.#revision = laterRevision(this.#revision ?? '', frame.revision);
            return;
          case 'error':
            if (frame.tooOld) this.#revision = undefined;
            if (frame.refused) this.#refused(fromStatus(403, frame.message));
            else this.#stale(new Error(frame.message));
            return;
          case 'stop':
            this.#stale();
            this.#later();
            return;
          case 'changed':
            return;
        }
      },
    });
  }

  #started(scope: string): void {
    // What came into sight or went out of it since the list was made is in no change that follows.
    if (this.#scope !== undefined && this.#scope !== scope) {
      this.#revision = undefined;
      this.#stale();
      this.#later();
      this.rightsChanged();
      return;
    }
    this.#scope = scope;
    this.#attempt = 0;
    this.#publish({ freshness: { state: 'live' } });
  }

  async #relist(): Promise<void> {
    if (this.#disposed) return;
    this.#listing?.abort();
    const listing = new AbortController();
    this.#listing = listing;
    try {
      const { items, metadata, scope } = await this.list(listing.signal);
      if (listing.signal.aborted) return;
      this.#pending = [];
      this.#revision = metadata.resourceVersion;
      this.#scope = scope;
      const rows = rowsOf(items);
      this.#publish({ rows, items: [...rows.values()], freshness: { state: 'live' } });
      this.socket.watch(this.topic, this.#revision);
    } catch (error) {
      if (listing.signal.aborted) return;
      if (hasReason(error, 'Forbidden')) this.#refused(error);
      else if (this.#snapshot.freshness.state === 'loading' || this.#snapshot.freshness.state === 'failed')
        this.#publish({ freshness: { state: 'failed', error } });
      else this.#stale(error);
      this.#later();
    } finally {
      if (this.#listing === listing) this.#listing = undefined;
    }
  }

  /** The connection is there: go on from the last revision, or list when there is none. */
  #follow(): void {
    if (this.#revision !== undefined) this.socket.watch(this.topic, this.#revision);
    else if (this.#listing === undefined) void this.#relist();
  }

  #later(): void {
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.clock.after(delayMs(this.#attempt, RELIST, this.random), () => this.#follow());
    this.#attempt += 1;
  }

  #note(change: Change<T>, revision: string): void {
    this.#pending.push(change);
    this.#revision = laterRevision(this.#revision ?? '', revision);
    this.#batch ??= this.clock.after(BATCH_MS, () => {
      this.#batch = undefined;
      const rows = applyChanges(this.#snapshot.rows, this.#pending);
      this.#pending = [];
      if (rows !== this.#snapshot.rows) this.#publish({ rows, items: [...rows.values()] });
    });
  }

  /** What is not the reader's to see any more is not kept either. */
  #refused(error: unknown): void {
    this.#revision = undefined;
    this.#scope = undefined;
    this.#pending = [];
    this.#publish({ rows: new Map(), items: [], freshness: { state: 'failed', error } });
    this.rightsChanged();
  }

  #stale(error?: unknown): void {
    const { state } = this.#snapshot.freshness;
    if (state !== 'live') return;
    this.#publish({
      freshness: { state: 'catching-up', since: this.clock.now(), ...(error === undefined ? {} : { error }) },
    });
  }

  #publish(part: Partial<Snapshot<T>>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
    for (const listener of this.#listeners) listener();
  }
}
