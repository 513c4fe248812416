import { readdirSync } from 'node:fs';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { readings } from './family.js';

/** Resolution of the event loop's lag, in milliseconds. */
const RESOLUTION_MS = 20;
const NANOS = 1e9;
/** When the process began, in seconds of the Unix epoch. */
const STARTED = performance.timeOrigin / 1000;

/** What Node knows of this process, under Prometheus' names for processes and those of its client for Node. */
export class ProcessMetrics implements Disposable {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  constructor() {
    this.#delay.enable();
  }

  *lines(): Generator<string> {
    const { user, system } = process.cpuUsage();
    const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
    const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): Generator<string> =>
      readings(name, type, help, [['', value]]);
    yield* one('process_cpu_seconds_total', 'counter', 'Time on processors in seconds.', (user + system) / 1e6);
    yield* one('process_resident_memory_bytes', 'gauge', 'Resident memory.', rss);
    yield* one('process_start_time_seconds', 'gauge', 'When the process began, in seconds of the Unix epoch.', STARTED);
    yield* one('nodejs_heap_size_total_bytes', 'gauge', 'Size of the heap.', heapTotal);
    yield* one('nodejs_heap_size_used_bytes', 'gauge', 'Used part of the heap.', heapUsed);
    yield* one('nodejs_external_memory_bytes', 'gauge', 'Memory outside the heap.', external);
    yield* one('process_open_fds', 'gauge', 'Open file descriptors.', openDescriptors());
    const seconds = (nanos: number): number => (Number.isFinite(nanos) ? nanos / NANOS : 0);
    yield* one('nodejs_eventloop_lag_mean_seconds', 'gauge', 'Mean lag of the loop.', seconds(this.#delay.mean));
    yield* one('nodejs_eventloop_lag_max_seconds', 'gauge', 'Largest lag of the loop.', seconds(this.#delay.max));
    const p99 = seconds(this.#delay.percentile(99));
    yield* one('nodejs_eventloop_lag_p99_seconds', 'gauge', '99th percentile of the lag of the loop.', p99);
    // What is told is since the last time somebody asked.
    this.#delay.reset();
  }

  [Symbol.dispose](): void {
    this.#delay.disable();
  }
}

/** As the kernel lists them; 0 on systems without such a list. */
function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
