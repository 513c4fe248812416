import { type Count, type Distribution, Histogram, labelText, Numbers } from './family.js';

/** Upper bounds of times in seconds (workqueue_queue_duration_seconds). */
const TIMES = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/** What is counted of one controller's queue. */
export interface WorkQueueFigures {
  readonly adds: Count;
  readonly depth: Count;
  readonly retries: Count;
  readonly waited: Distribution;
  readonly worked: Distribution;
}

/** What is counted of the queues of the server's controllers, under upstream's names. */
export class WorkQueueMetrics {
  readonly #adds = new Numbers('workqueue_adds_total', 'counter', 'Keys added.');
  readonly #depth = new Numbers('workqueue_depth', 'gauge', 'Keys that wait.');
  readonly #retries = new Numbers('workqueue_retries_total', 'counter', 'Keys that come again after a failure.');
  readonly #waited = new Histogram('workqueue_queue_duration_seconds', 'Time that keys waited.', TIMES);
  readonly #worked = new Histogram('workqueue_work_duration_seconds', 'Time of work on keys.', TIMES);

  /** Figures of the queue called `name`, kept by whoever has it. */
  of(name: string): WorkQueueFigures {
    const labels = labelText({ name });
    return {
      adds: this.#adds.of(labels),
      depth: this.#depth.of(labels),
      retries: this.#retries.of(labels),
      waited: this.#waited.of(labels),
      worked: this.#worked.of(labels),
    };
  }

  *lines(): Generator<string> {
    for (const family of [this.#adds, this.#depth, this.#retries, this.#waited, this.#worked]) yield* family.lines();
  }
}
