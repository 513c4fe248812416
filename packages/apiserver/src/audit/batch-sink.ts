import type { Clock } from '@drover/kit';
import type { AuditEvent } from './event.js';
import type { AuditDestination, AuditSink } from './sink.js';
import { TokenBucket } from './token-bucket.js';

/** How events are gathered (kube-apiserver's `--audit-…-batch-…`). */
export interface BatchOptions {
  /** Events that wait; further ones are dropped, and counted as lost. */
  readonly bufferSize: number;
  /** Events of one batch. */
  readonly maxSize: number;
  /** A batch that is not full goes after this many milliseconds; with 0, at once. */
  readonly maxWaitMs: number;
  /** Batches in a second, and at once after a pause; absent where there is no limit. */
  readonly throttle?: { readonly qps: number; readonly burst: number };
}

/** What the webhook's batches are unless somebody says otherwise, as in kube-apiserver. */
export const WEBHOOK_BATCHES: BatchOptions = {
  bufferSize: 10_000,
  maxSize: 400,
  maxWaitMs: 30_000,
  throttle: { qps: 10, burst: 15 },
};

/** What the log's batches are unless somebody says otherwise: as many as came while the disk was busy. */
export const LOG_BATCHES: BatchOptions = { bufferSize: 10_000, maxSize: 400, maxWaitMs: 0 };

/** Characters of the events that wait: further ones are dropped as when there are too many. An event may tell two bodies. */
const WAITING_CHARACTERS = 64 * 1024 * 1024;
/** Characters of one batch, as far as it is more than one event: it is put together in one piece. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** The longest time that closing waits for what is on its way, in milliseconds; what is not begun by then is lost. */
const CLOSING_MS = 10_000;

/**
 * Takes events without making their requests wait, and delivers them in batches, one after another, in their order. What cannot be
 * taken or delivered is counted.
 */
export class BatchSink implements AuditSink, AsyncDisposable {
  readonly strict = false;
  readonly #throttle: TokenBucket | undefined;
  readonly #hurry = new AbortController();
  /** Each event as JSON. */
  readonly #waiting: string[] = [];
  #characters = 0;
  #lost = 0;
  /** When it is too late to begin a batch. */
  #end = Number.POSITIVE_INFINITY;
  #timer: Disposable | undefined;
  #delivering: Promise<void> | undefined;

  constructor(
    readonly plugin: string,
    readonly destination: AuditDestination,
    readonly options: BatchOptions,
    readonly clock: Clock,
  ) {
    this.#throttle = options.throttle && new TokenBucket(options.throttle, clock);
  }

  get lost(): number {
    return this.#lost;
  }

  async write(event: AuditEvent): Promise<boolean> {
    const { bufferSize, maxWaitMs } = this.options;
    if (this.#hurry.signal.aborted || this.#waiting.length >= bufferSize) return false;
    const line = JSON.stringify(event);
    if (this.#characters + line.length > WAITING_CHARACTERS) return false;
    this.#waiting.push(line);
    this.#characters += line.length;
    if (this.#isFull() || maxWaitMs === 0) this.#deliver();
    else this.#timer ??= this.clock.after(maxWaitMs, () => this.#deliver());
    return true;
  }

  /** Delivers what waits, without trying again and for ten seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end = this.clock.now() + CLOSING_MS;
    this.#hurry.abort();
    this.#deliver();
    const done = new AbortController();
    // A receiver that says nothing has longer for an answer than whoever waits for this process to end.
    const late = this.clock.sleep(CLOSING_MS, done.signal).catch(() => undefined);
    await Promise.race([this.#delivering, late]);
    done.abort();
  }

  #deliver(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#waiting.length > 0) this.#delivering ??= this.#deliverAll();
  }

  /** Goes on while a batch is due: full, or of those who have waited long enough when it was begun. */
  async #deliverAll(): Promise<void> {
    const { signal } = this.#hurry;
    let overdue = this.#waiting.length;
    const isDue = (): boolean => overdue > 0 || this.#isFull() || signal.aborted;
    while (this.#waiting.length > 0 && isDue() && this.clock.now() < this.#end) {
      await this.#throttle?.take(signal);
      const batch = this.#take();
      overdue -= batch.length;
      if (!(await this.destination.deliver(batch, signal))) this.#lost += batch.length;
    }
    // In the turn in which the loop has ended: what comes now finds nobody at work.
    this.#delivering = undefined;
    if (signal.aborted) this.#lost += this.#waiting.splice(0).length;
    else if (this.#waiting.length > 0) this.#timer ??= this.clock.after(this.options.maxWaitMs, () => this.#deliver());
  }

  /** Whether what waits makes a whole batch. */
  #isFull(): boolean {
    return this.#waiting.length >= this.options.maxSize || this.#characters >= BATCH_CHARACTERS;
  }

  /** The next batch. */
  #take(): readonly string[] {
    let count = 0;
    let characters = 0;
    for (const { length } of this.#waiting) {
      if (count === this.options.maxSize || (count > 0 && characters + length > BATCH_CHARACTERS)) break;
      count += 1;
      characters += length;
    }
    this.#characters -= characters;
    return this.#waiting.splice(0, count);
  }
}
