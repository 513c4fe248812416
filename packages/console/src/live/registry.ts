import type { Kind, KubeObject } from '@drover/api';
import type { Clock } from '@drover/kit';
import { type ListCollection, LiveCollection, topicOf } from './collection.js';
import { topicKey } from './frame.js';
import type { SubscribeSocket } from './socket.js';

/** A collection nobody looks at is followed this long, so that going back to its page shows rows at once. */
const KEEP_MS = 120_000;

/** The live collections of the tab: one for each kind, cluster and namespace, shared by the components that read it. */
export class LiveCollections implements Disposable {
  readonly #collections = new Map<string, LiveCollection<KubeObject>>();
  readonly #leaving = new Map<string, Disposable>();

  constructor(
    private readonly socket: SubscribeSocket,
    private readonly clock: Clock,
    private readonly random: () => number,
    /** Called with the cluster in which the reader turns out to see more or less than before. */
    private readonly rightsChanged: (cluster: string) => void = () => {},
  ) {}

  /** The collection; `list` is used when it does not exist yet. */
  get<T extends KubeObject>(
    kind: Kind<T>,
    cluster: string,
    namespace: string | undefined,
    list: ListCollection<T>,
  ): LiveCollection<T> {
    const topic = topicOf(kind, cluster, namespace);
    const key = topicKey(topic);
    const known = this.#collections.get(key);
    // The key names the kind, so the rows of this collection are of that kind's type.
    if (known) return known as unknown as LiveCollection<T>;
    const collection = new LiveCollection(topic, list, this.socket, this.clock, this.random, () =>
      this.rightsChanged(cluster),
    );
    this.#collections.set(key, collection as unknown as LiveCollection<KubeObject>);
    return collection;
  }

  /** `collection.listen`, and disposal of the collection some time after its last listener has gone. */
  listen<T extends KubeObject>(collection: LiveCollection<T>, listener: () => void): () => void {
    const key = topicKey(collection.topic);
    this.#leaving.get(key)?.[Symbol.dispose]();
    this.#leaving.delete(key);
    const stop = collection.listen(listener);
    return () => {
      stop();
      if (collection.listeners > 0) return;
      this.#leaving.set(
        key,
        this.clock.after(KEEP_MS, () => {
          this.#leaving.delete(key);
          this.#collections.delete(key);
          collection[Symbol.dispose]();
        }),
      );
    };
  }

  [Symbol.dispose](): void {
    for (const timer of this.#leaving.values()) timer[Symbol.dispose]();
    for (const collection of this.#collections.values()) collection[Symbol.dispose]();
    this.#leaving.clear();
    this.#collections.clear();
  }
}
