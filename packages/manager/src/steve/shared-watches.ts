import type { Kind, KubeObject } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import { type Change, type Selection, watchOn } from './watch-on.js';

/** Changes that a watch remembers for those who come later, from a revision a little earlier than its own. */
const REMEMBERED = 1_000;

/** Who hears of changes. */
export interface Listener {
  change(change: Change): void;
  /** The watch has ended; nothing more comes. */
  failed(error: unknown): void;
}

interface Feed {
  readonly listeners: Set<Listener>;
  readonly recent: Change[];
  /** Nothing of after this revision has been forgotten. */
  start: bigint;
  readonly end: AbortController;
}

/**
 * Watches of whole kinds, each shared by all who follow the same selection in the same cluster: what a cluster has to tell costs its
 * connection the same whether one tenant listens or a hundred.
 */
export class SharedWatches {
  readonly #feeds = new WeakMap<Client, Map<string, Feed>>();

  constructor(private readonly clock: Clock) {}

  /**
   * Tells `listener` every change of the selection after revision `from`, until it is disposed. Whoever goes on from a revision that
   * the shared watch does not remember any more has one of its own.
   */
  listen(
    client: Client,
    kind: Kind<KubeObject>,
    { selection, from }: { readonly selection: Selection; readonly from: string },
    listener: Listener,
  ): Disposable {
    const revision = revisionIn(from);
    const feeds = this.#feeds.get(client) ?? new Map<string, Feed>();
    this.#feeds.set(client, feeds);
    const key = JSON.stringify([kind.group, kind.version, kind.plural, selection]);
    const known = feeds.get(key);
    if (revision === undefined || (known !== undefined && revision < known.start)) {
      const alone = feedFrom(revision ?? 0n);
      this.#run(alone, client, kind, { selection, from });
      return joined(alone, listener, () => alone.end.abort());
    }
    const feed = known ?? feedFrom(revision);
    if (known === undefined) {
      feeds.set(key, feed);
      const forget = (): void => {
        if (feeds.get(key) === feed) feeds.delete(key);
      };
      feed.end.signal.addEventListener('abort', forget, { once: true });
      this.#run(feed, client, kind, { selection, from });
    }
    const later: Listener = {
      change(change) {
        // The shared watch may be a little behind whoever has just read the cluster.
        if ((revisionIn(change.object.metadata.resourceVersion) ?? revision) > revision) listener.change(change);
      },
      failed: (error) => listener.failed(error),
    };
    for (const change of feed.recent) later.change(change);
    return joined(feed, later, () => feed.end.abort());
  }

  #run(
    feed: Feed,
    client: Client,
    kind: Kind<KubeObject>,
    { selection, from }: { readonly selection: Selection; readonly from: string },
  ): void {
    const { signal } = feed.end;
    const run = async (): Promise<void> => {
      for await (const change of watchOn(client, kind, selection, { from, clock: this.clock, signal })) {
        if (change.type !== 'BOOKMARK') remember(feed, change);
        for (const listener of [...feed.listeners]) listener.change(change);
      }
    };
    run().catch((error: unknown) => {
      feed.end.abort();
      for (const listener of [...feed.listeners]) listener.failed(error);
    });
  }
}

const feedFrom = (start: bigint): Feed => ({ listeners: new Set(), recent: [], start, end: new AbortController() });

function joined(feed: Feed, listener: Listener, last: () => void): Disposable {
  feed.listeners.add(listener);
  return {
    [Symbol.dispose]() {
      feed.listeners.delete(listener);
      if (feed.listeners.size === 0) last();
    },
  };
}

function remember(feed: Feed, change: Change): void {
  feed.recent.push(change);
  if (feed.recent.length <= REMEMBERED) return;
  const forgotten = feed.recent.shift();
  feed.start = revisionIn(forgotten?.object.metadata.resourceVersion ?? '') ?? feed.start;
}

/** A revision as the growing number that those of Kubernetes are; `undefined` for anything else. */
const revisionIn = (text: string): bigint | undefined => (/^\d+$/.test(text) ? BigInt(text) : undefined);
