import { AdmissionMetrics } from './admission-metrics.js';
import { Histogram, labelText, Numbers, readings } from './family.js';
import { ProcessMetrics } from './process-metrics.js';
import { LATENCIES, RequestMetrics } from './request-metrics.js';
import { WorkQueueMetrics } from './work-queue-metrics.js';

/** Upper bounds of watch events in bytes (apiserver_watch_events_sizes). */
const EVENT_SIZES = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];

/** Something with lines of its own in `/metrics`. */
export interface MetricSource {
  lines(): Iterable<string>;
}

/** What `/metrics` says of the store. */
export interface StorageFigures {
  readonly revision: number;
  /** Its bytes on the disk; 0 where it is kept in memory. */
  readonly bytes: number;
  /** Objects of each kind, by `RESOURCE.GROUP`. */
  readonly objects: Iterable<readonly [resource: string, count: number]>;
}

/** What the server counts about itself, in Prometheus' text form, under the names of the upstream API server. */
export class Metrics implements Disposable {
  readonly requests = new RequestMetrics();
  readonly admission = new AdmissionMetrics();
  readonly workQueues = new WorkQueueMetrics();
  readonly #authentication = new Numbers(
    'authentication_attempts',
    'counter',
    'Requests by what their credentials were.',
  );
  readonly #authorization = new Numbers(
    'apiserver_authorization_decisions_total',
    'counter',
    'Decisions about rights.',
  );
  readonly #attempts = {
    success: this.#authentication.of('result="success"'),
    error: this.#authentication.of('result="error"'),
    failure: this.#authentication.of('result="failure"'),
  };
  readonly #decisions = {
    allowed: this.#authorization.of('type="RBAC",name="rbac",decision="allowed"'),
    denied: this.#authorization.of('type="RBAC",name="rbac",decision="denied"'),
  };
  readonly #eventSizes = new Histogram(
    'apiserver_watch_events_sizes',
    'Bytes of events sent to watchers.',
    EVENT_SIZES,
  );
  readonly #dropped = new Numbers(
    'apiserver_terminated_watchers_total',
    'counter',
    'Watchers cut off because they did not keep up.',
  );
  readonly #store = new Histogram(
    'etcd_request_duration_seconds',
    'Time of writes to the store in seconds.',
    LATENCIES,
  );
  readonly #process = new ProcessMetrics();
  readonly #sources: MetricSource[] = [];

  /** Takes in what another part of the server counts. */
  include(source: MetricSource): void {
    this.#sources.push(source);
  }

  authentication(result: 'success' | 'error' | 'failure'): void {
    this.#attempts[result].add();
  }

  authorization(decision: 'allowed' | 'denied'): void {
    this.#decisions[decision].add();
  }

  /** What counts the events of a kind's watches, by their bytes: to be kept for as long as the watch, since it is called often. */
  watchEvents(group: string, version: string, kind: string): (bytes: number) => void {
    const sizes = this.#eventSizes.of(labelText({ group, version, kind }));
    return (bytes) => sizes.observe(bytes);
  }

  /** A watcher was cut off because it did not keep up. */
  watcherDropped(): void {
    this.#dropped.add('');
  }

  /** A write to the store ended; `type` is the kind's plural and group. */
  stored(operation: 'create' | 'update' | 'delete', type: string, seconds: number): void {
    // Kinds have no character that would have to be replaced.
    this.#store.observe(`operation="${operation}",type="${type}"`, seconds);
  }

  /** Everything, in Prometheus' text form. */
  text({ revision, bytes, objects }: StorageFigures): string {
    const counts = [...objects].map(([resource, count]) => [labelText({ resource }), count] as const);
    const lines = [
      ...this.requests.lines(),
      ...this.admission.lines(),
      ...this.workQueues.lines(),
      ...this.#authentication.lines(),
      ...this.#authorization.lines(),
      ...readings('authorization_attempts_total', 'counter', 'Requests by what became of their rights.', [
        ['result="allowed"', this.#decisions.allowed.value],
        ['result="no-opinion"', this.#decisions.denied.value],
      ]),
      ...readings('apiserver_watch_events_total', 'counter', 'Events sent to watchers.', this.#eventSizes.totals()),
      ...this.#eventSizes.lines(),
      ...this.#dropped.lines(),
      ...this.#store.lines(),
      ...readings('etcd_requests_total', 'counter', 'Writes to the store.', this.#store.totals()),
      ...readings('apiserver_storage_size_bytes', 'gauge', 'Bytes of the store on the disk.', [
        ['storage_cluster_id="store"', bytes],
      ]),
      ...readings('apiserver_storage_revision', 'gauge', 'Newest revision of the store.', [['', revision]]),
      ...readings('apiserver_storage_objects', 'gauge', 'Objects in the store, by kind.', counts),
      ...this.#sources.flatMap((source) => [...source.lines()]),
      ...this.#process.lines(),
    ];
    return `${lines.join('\n')}\n`;
  }

  [Symbol.dispose](): void {
    this.#process[Symbol.dispose]();
  }
}
