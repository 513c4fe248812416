import { type Backoff, type Clock, delayMs, type Log, type RandomBytes } from '@drover/kit';
import type { WorkQueueFigures, WorkQueueMetrics } from '../metrics/work-queue-metrics.js';

const RETRY: Backoff = { baseMs: 100, capMs: 60_000 };
/** Keys worked on side by side: enough to share the store's group commits. */
const PARALLEL = 16;

/** What a loop is made of. */
export interface ReconcileOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  readonly workQueues: Pick<WorkQueueMetrics, 'of'>;
  /** Brings what `key` names to where it should be. What it throws is logged, and the key comes again after a delay. */
  readonly reconcile: (key: string) => Promise<void>;
}

/**
 * A set of keys to look at: a key waits at most once, is worked on by one at a time, and comes again when it was added
 * meanwhile. Bounded by the number of keys there are.
 */
export class ReconcileLoop implements AsyncDisposable {
  readonly #options: ReconcileOptions;
  readonly #figures: WorkQueueFigures;
  /** Since when each key waits. */
  readonly #waiting = new Map<string, number>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, Disposable>();
  #closed = false;

  constructor(options: ReconcileOptions) {
    this.#options = options;
    this.#figures = options.workQueues.of(options.name);
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#figures.adds.add();
    if (!this.#waiting.has(key)) {
      this.#waiting.set(key, this.#options.clock.now());
      this.#figures.depth.add(1);
    }
    queueMicrotask(() => this.#start());
  }

  /** Waits for what is being worked on; what has not begun is dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    await Promise.all(this.#working.values());
  }

  #start(): void {
    for (const [key, since] of this.#waiting) {
      if (this.#working.size >= PARALLEL) return;
      if (this.#working.has(key)) continue;
      this.#waiting.delete(key);
      this.#figures.depth.add(-1);
      this.#figures.waited.observe((this.#options.clock.now() - since) / 1000);
      this.#timers.get(key)?.[Symbol.dispose]();
      this.#timers.delete(key);
      this.#working.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    const { name, clock, log, reconcile } = this.#options;
    const started = clock.now();
    try {
      await reconcile(key);
      this.#failures.delete(key);
    } catch (error) {
      log.warn('a controller will try again', { controller: name, key, error });
      this.#retry(key);
    }
    this.#figures.worked.observe((clock.now() - started) / 1000);
    this.#working.delete(key);
    this.#start();
  }

  #retry(key: string): void {
    if (this.#closed) return;
    const { clock, random } = this.#options;
    this.#figures.retries.add();
    const attempt = this.#failures.get(key) ?? 0;
    this.#failures.set(key, attempt + 1);
    const delay = delayMs(attempt, RETRY, () => (random(1)[0] ?? 0) / 256);
    this.#timers.set(
      key,
      clock.after(delay, () => {
        this.#timers.delete(key);
        this.add(key);
      }),
    );
  }
}
