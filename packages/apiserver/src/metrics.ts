/** Upper bounds of the latency buckets in seconds (apiserver_request_duration_seconds, the ones that tell something here). */
const BUCKETS = [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 5, 10, 30, 60];
/** Different label sets kept; further ones are counted together, so that no caller makes the table grow. */
const SERIES = 2000;

interface Histogram {
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** What the server counts about itself, in Prometheus' text form, under the names of the upstream API server. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
  readonly #watches = new Map<string, number>();
  #dropped = 0;

  /** One answered request. `resource` is empty for paths that are none. */
  request(labels: { verb: string; group: string; resource: string; code: number }, seconds: number): void {
    const { verb, group, resource, code } = labels;
    const where = `verb="${verb}",group="${quotable(group)}",resource="${quotable(resource)}"`;
    count(this.#requests, `${where},code="${code}"`, 1);
    if (verb === 'watch') return;
    const key = bounded(this.#durations, where);
    const histogram = this.#durations.get(key) ?? { buckets: BUCKETS.map(() => 0), sum: 0, count: 0 };
    this.#durations.set(key, histogram);
    histogram.sum += seconds;
    histogram.count += 1;
    BUCKETS.forEach((bound, index) => {
      if (seconds <= bound) histogram.buckets[index] = (histogram.buckets[index] ?? 0) + 1;
    });
  }

  /** A watch began (+1) or ended (-1). */
  watch(labels: { group: string; resource: string }, change: 1 | -1): void {
    count(this.#watches, `group="${quotable(labels.group)}",resource="${quotable(labels.resource)}"`, change);
  }

  /** A watcher was cut off because it did not keep up. */
  watcherDropped(): void {
    this.#dropped += 1;
  }

  /** Everything, in Prometheus' text form; `storage` tells of the store. */
  text(storage: { readonly revision: number; readonly objects: number }): string {
    const lines: string[] = [];
    const head = (name: string, type: string, help: string): void => {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    };
    head('apiserver_request_total', 'counter', 'Requests answered.');
    for (const [labels, value] of this.#requests) lines.push(`apiserver_request_total{${labels}} ${value}`);
    head('apiserver_request_duration_seconds', 'histogram', 'Time to the answer, without watches.');
    for (const [labels, { buckets, sum, count: total }] of this.#durations) {
      const name = 'apiserver_request_duration_seconds';
      BUCKETS.forEach((bound, index) => {
        lines.push(`${name}_bucket{${labels},le="${bound}"} ${buckets[index]}`);
      });
      lines.push(
        `${name}_bucket{${labels},le="+Inf"} ${total}`,
        `${name}_sum{${labels}} ${sum}`,
        `${name}_count{${labels}} ${total}`,
      );
    }
    head('apiserver_longrunning_requests', 'gauge', 'Watches that are open.');
    for (const [labels, value] of this.#watches)
      lines.push(`apiserver_longrunning_requests{verb="watch",${labels}} ${value}`);
    head('apiserver_terminated_watchers_total', 'counter', 'Watchers cut off because they did not keep up.');
    lines.push(`apiserver_terminated_watchers_total ${this.#dropped}`);
    head('apiserver_storage_revision', 'gauge', 'Newest revision of the store.');
    lines.push(`apiserver_storage_revision ${storage.revision}`);
    head('apiserver_storage_objects', 'gauge', 'Objects in the store.');
    lines.push(`apiserver_storage_objects ${storage.objects}`);
    head('process_resident_memory_bytes', 'gauge', 'Resident memory.');
    lines.push(`process_resident_memory_bytes ${process.memoryUsage.rss()}`);
    return `${lines.join('\n')}\n`;
  }
}

function count(series: Map<string, number>, labels: string, change: number): void {
  const key = bounded(series, labels);
  series.set(key, (series.get(key) ?? 0) + change);
}

function bounded(series: ReadonlyMap<string, unknown>, labels: string): string {
  return series.has(labels) || series.size < SERIES ? labels : 'overflow="true"';
}

const quotable = (text: string): string => text.replace(/["\\\n]/g, '_');
