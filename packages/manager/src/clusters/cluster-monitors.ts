import type { Client } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { ClusterId } from './cluster-id.js';
import { type ClusterFacts, ClusterMonitor } from './cluster-monitor.js';

/** The monitors of the clusters that are connected. */
export class ClusterMonitors implements Disposable {
  readonly #running = new Map<ClusterId, { readonly client: Client; readonly monitor: ClusterMonitor }>();

  constructor(
    private readonly parts: {
      readonly changed: (id: ClusterId) => void;
      readonly clock: Clock;
      readonly random: RandomBytes;
      readonly log: Log;
    },
  ) {}

  /** Watches the cluster through `client`; another client than before means another API, watched anew. */
  watch(id: ClusterId, client: Client): void {
    const running = this.#running.get(id);
    if (running?.client === client) return;
    running?.monitor[Symbol.dispose]();
    const { changed, log, ...rest } = this.parts;
    const monitor = new ClusterMonitor({ ...rest, client, changed: () => changed(id), log: log.with({ cluster: id }) });
    this.#running.set(id, { client, monitor });
  }

  stop(id: ClusterId): void {
    this.#running.get(id)?.monitor[Symbol.dispose]();
    this.#running.delete(id);
  }

  facts(id: ClusterId): ClusterFacts | undefined {
    return this.#running.get(id)?.monitor.facts;
  }

  [Symbol.dispose](): void {
    for (const id of [...this.#running.keys()]) this.stop(id);
  }
}
