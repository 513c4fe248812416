import { managementClusters } from '@drover/api';
import type { Client } from '@drover/client';
import { type Observation, rfc3339, updateStatus } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';
import type { ClusterId } from './cluster-id.js';
import { observe } from './conditions.js';

/** The condition that says who fetched a cluster's manifest: it is kept, so that a restart of ours does not forget it. */
export const FETCHED = 'ManifestFetched';

/** A cluster's fetches are written at most this often. */
const INTERVAL_MS = 10_000;
/** Clusters whose last fetch is remembered to that end. */
const REMEMBERED = 4096;

/** Notes fetches of import manifests on their clusters. */
export class ManifestFetches {
  readonly #noted = new Map<ClusterId, number>();

  constructor(private readonly parts: { readonly client: Client; readonly clock: Clock; readonly log: Log }) {}

  /** Does not wait and does not fail: the manifest is handed out in any case. */
  note(id: ClusterId, by: string): void {
    const now = this.parts.clock.now();
    if (now - (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) < INTERVAL_MS) return;
    if (this.#noted.size >= REMEMBERED) this.#noted.clear();
    this.#noted.set(id, now);
    const message = `${by} at ${rfc3339(now)}`;
    const observed: Observation = { type: FETCHED, status: 'True', reason: 'Fetched', message };
    updateStatus(this.parts.client, managementClusters, { name: id }, (cluster) => {
      cluster.status = { ...cluster.status, conditions: observe(cluster.status?.conditions, observed, now) };
    }).catch((error: unknown) =>
      this.parts.log.warn('a fetch of a manifest could not be noted', { cluster: id, error }),
    );
  }
}

/** What `note` has written. */
export function readFetch(
  condition: { message?: string } | undefined,
): { readonly at: number; readonly by: string } | undefined {
  const [, by, time] = /^(.*) at (\S+)$/.exec(condition?.message ?? '') ?? [];
  const at = Date.parse(time ?? '');
  return by === undefined || Number.isNaN(at) ? undefined : { at, by };
}
