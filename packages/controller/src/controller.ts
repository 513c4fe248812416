import type { Backoff, Clock, Log, RandomBytes } from '@drover/kit';
import type { Source } from './source.js';
import { WorkQueue } from './work-queue.js';

/** Which object to look at: what a work queue holds. */
export interface Request {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What a reconcile asks for next: nothing until something changes, or another look after `againMs`. */
export type Result = { readonly done: true } | { readonly againMs: number };

/** The object is as it should be. */
export const done: Result = { done: true };

/** Look again after `ms`, also if nothing changes. */
export const again = (ms: number): Result => ({ againMs: ms });

/**
 * Makes the world match one object; called with the object's name, never with an event. Throwing asks for a retry with
 * back-off; throwing `Terminal` says that only a change of the object can help.
 */
export type Reconcile = (request: Request, signal: AbortSignal) => Promise<Result>;

/** A failure that no retry cures; the message says which edit would. */
export class Terminal extends Error {
  override readonly name = 'Terminal';
}

/** How reconciles ended, from 0 on: an outcome that never happened shows as 0, not as absent. */
export interface ControllerMetrics {
  readonly reconciles: Readonly<Record<'success' | 'again' | 'error' | 'terminal', number>>;
  /** Milliseconds spent in reconciles altogether. */
  readonly busyMs: number;
  /** Reconciles under way, and requests that wait. */
  readonly active: number;
  readonly depth: number;
}

/** What a controller is made of. */
export interface ControllerOptions {
  readonly name: string;
  readonly reconcile: Reconcile;
  readonly sources: readonly Source[];
  /** Reconciles at once, never two of one object. Default 1. */
  readonly concurrency?: number;
  /** Between retries of one object. Default: half a second, doubling up to one minute. */
  readonly backoff?: Backoff;
  /** After this long the signal of a reconcile aborts. Default five minutes. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** A reconcile loop over the requests of its sources. */
export interface Controller {
  readonly name: string;
  readonly metrics: ControllerMetrics;
  /**
   * Waits until every source has told what there is, then reconciles until `signal` aborts; resolves when the last reconcile
   * has ended. No failure of a reconcile ends it.
   */
  start(signal: AbortSignal): Promise<void>;
  /** Asks for a look at an object, now or after `afterMs`. */
  enqueue(request: Request, afterMs?: number): void;
}

/** Makes a controller; nothing happens before `start`. */
export function createController(options: ControllerOptions): Controller {
  const { name, reconcile, sources, concurrency = 1, timeoutMs = 300_000, clock, random } = options;
  const { backoff = { baseMs: 500, capMs: 60_000 } } = options;
  const log = options.log.with({ controller: name });
  const queue = new WorkQueue({ clock, random, backoff });
  const reconciles = { success: 0, again: 0, error: 0, terminal: 0 };
  let busyMs = 0;
  let active = 0;

  const work = async (request: Request, signal: AbortSignal): Promise<void> => {
    const began = clock.now();
    active += 1;
    try {
      const result = await withDeadline(reconcile, request, signal, timeoutMs, clock);
      queue.forget(request);
      if ('againMs' in result) {
        reconciles.again += 1;
        queue.addAfter(request, result.againMs);
      } else reconciles.success += 1;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Terminal) {
        reconciles.terminal += 1;
        queue.forget(request);
        log.warn('cannot reconcile until the object changes', { ...request, error: error.message });
      } else {
        reconciles.error += 1;
        const retryMs = queue.addAfterFailure(request);
        log.warn('reconcile failed; trying again', { ...request, error, retryMs });
      }
    } finally {
      active -= 1;
      busyMs += clock.now() - began;
      queue.done(request);
    }
  };

  const worker = async (signal: AbortSignal): Promise<void> => {
    for (let request = await queue.take(); request !== undefined; request = await queue.take()) {
      await work(request, signal);
    }
  };

  return {
    name,
    get metrics() {
      return { reconciles: { ...reconciles }, busyMs, active, depth: queue.depth };
    },
    enqueue(request, afterMs = 0) {
      queue.addAfter(request, afterMs);
    },
    async start(signal) {
      if (signal.aborted) return;
      const aborted = new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
      const started = sources.map((source) => source.start((request) => queue.add(request)));
      try {
        // Before the first lists are in, an absent object may only be one that was not told of yet.
        await Promise.race([aborted, Promise.all(started.map(({ synced }) => synced))]);
        if (signal.aborted) return;
        log.debug('started');
        const workers = Array.from({ length: concurrency }, () => worker(signal));
        await aborted;
        queue.close();
        await Promise.all(workers);
      } finally {
        queue.close();
        for (const source of started) source[Symbol.dispose]();
      }
    },
  };
}

async function withDeadline(
  reconcile: Reconcile,
  request: Request,
  signal: AbortSignal,
  timeoutMs: number,
  clock: Clock,
): Promise<Result> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  using _deadline = clock.after(timeoutMs, () =>
    controller.abort(new Error(`the reconcile did not end within ${timeoutMs} ms`)),
  );
  try {
    return await reconcile(request, controller.signal);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
