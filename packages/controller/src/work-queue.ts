import { type Backoff, type Clock, delayMs, type RandomBytes, randomFraction } from '@drover/kit';
import type { Request } from './controller.js';

/** What a work queue needs. */
export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Delays after failures of one item. */
  readonly backoff: Backoff;
}

interface Item {
  readonly request: Request;
  /** Waits for a worker. */
  queued: boolean;
  /** A worker has it. */
  taken: boolean;
  /** Was added while a worker had it: goes to the back when the worker is done. */
  again: boolean;
  failures: number;
  timer: { readonly at: number; readonly alarm: Disposable } | undefined;
}

/**
 * Which objects to look at, each once however often it was added, and never by two workers at a time. First come, first
 * served; one that comes again while it is worked on goes to the back. Its size is bounded by the number of objects there are.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #items = new Map<string, Item>();
  #order: Item[] = [];
  #head = 0;
  #waiting: ((item: Request | undefined) => void)[] = [];
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** How many items wait for a worker. */
  get depth(): number {
    return this.#order.length - this.#head;
  }

  /** Adds an item now. */
  add(request: Request): void {
    if (this.#closed) return;
    const item = this.#item(request);
    item.timer?.alarm[Symbol.dispose]();
    item.timer = undefined;
    this.#enqueue(item);
  }

  /** Adds an item after `ms`; when it is already to come earlier, that stands. */
  addAfter(request: Request, ms: number): void {
    if (ms <= 0) {
      this.add(request);
      return;
    }
    if (this.#closed) return;
    const item = this.#item(request);
    const at = this.#options.clock.now() + ms;
    if (item.timer !== undefined) {
      if (item.timer.at <= at) return;
      item.timer.alarm[Symbol.dispose]();
    }
    const alarm = this.#options.clock.after(ms, () => {
      item.timer = undefined;
      this.#enqueue(item);
    });
    item.timer = { at, alarm };
  }

  /** Adds an item after the delay that its failures in a row have earned. Answers the delay. */
  addAfterFailure(request: Request): number {
    const item = this.#item(request);
    const ms = delayMs(item.failures, this.#options.backoff, () => randomFraction(this.#options.random));
    item.failures += 1;
    this.addAfter(request, ms);
    return ms;
  }

  /** Forgets the failures of an item: its next failure counts as the first. */
  forget(request: Request): void {
    const item = this.#items.get(keyOf(request));
    if (item !== undefined) item.failures = 0;
  }

  /** The next item, as soon as there is one; `undefined` when the queue has been closed. Each must be given back to `done`. */
  take(): Promise<Request | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const item = this.#next();
    if (item !== undefined) return Promise.resolve(item.request);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The worker has finished with an item it took. */
  done(request: Request): void {
    const key = keyOf(request);
    const item = this.#items.get(key);
    if (item === undefined) return;
    item.taken = false;
    if (item.again) {
      item.again = false;
      this.#enqueue(item);
    } else if (!item.queued && item.timer === undefined && item.failures === 0) this.#items.delete(key);
  }

  /** Lets every waiting worker go, and takes nothing more. */
  close(): void {
    this.#closed = true;
    for (const item of this.#items.values()) item.timer?.alarm[Symbol.dispose]();
    for (const resolve of this.#waiting) resolve(undefined);
    this.#waiting = [];
    this.#items.clear();
    this.#order = [];
    this.#head = 0;
  }

  #item(request: Request): Item {
    const key = keyOf(request);
    const found = this.#items.get(key);
    if (found !== undefined) return found;
    const item: Item = { request, queued: false, taken: false, again: false, failures: 0, timer: undefined };
    this.#items.set(key, item);
    return item;
  }

  #enqueue(item: Item): void {
    if (this.#closed || item.queued) return;
    if (item.taken) {
      item.again = true;
      return;
    }
    item.queued = true;
    this.#order.push(item);
    const resolve = this.#waiting.shift();
    if (resolve !== undefined) resolve(this.#next()?.request);
  }

  #next(): Item | undefined {
    const item = this.#order[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (this.#head > 1024 && this.#head * 2 > this.#order.length) {
      this.#order = this.#order.slice(this.#head);
      this.#head = 0;
    }
    item.queued = false;
    item.taken = true;
    return item;
  }
}

function keyOf({ namespace, name }: Request): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
