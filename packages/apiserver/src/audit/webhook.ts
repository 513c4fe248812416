import { type Backoff, type Clock, delayMs, type Log, type RandomBytes, randomFraction } from '@drover/kit';
import type { AuditDestination } from './sink.js';

/** Attempts for one batch (apiserver webhook DefaultRetryBackoffWithInitialDelay). */
const ATTEMPTS = 5;
/** Time for one attempt, the answer included. */
const ATTEMPT_MS = 30_000;

/** How events reach whoever receives them. */
export interface AuditWebhookOptions {
  /** POSTs a document and resolves with the status of the answer, once that was read; rejects when there is none. */
  readonly post: (document: Uint8Array, signal: AbortSignal) => Promise<number>;
  /** Time before the second attempt; each further one waits about twice as long. */
  readonly initialBackoffMs: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Sends events to a receiver elsewhere, as an `EventList` of audit.k8s.io/v1. What is not taken is sent again, after longer and longer. */
export class AuditWebhook implements AuditDestination {
  readonly #options: AuditWebhookOptions;
  readonly #backoff: Backoff;
  #failing = false;

  constructor(options: AuditWebhookOptions) {
    this.#options = options;
    this.#backoff = { baseMs: options.initialBackoffMs, capMs: options.initialBackoffMs * 2 ** ATTEMPTS };
  }

  async deliver(lines: readonly string[], hurry: AbortSignal): Promise<boolean> {
    const { clock, random, log } = this.#options;
    const document = Buffer.from(
      `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${lines.join(',')}]}`,
    );
    for (let attempt = 0; ; attempt++) {
      const why = await this.#attempt(document);
      if (why === undefined) {
        this.#failing = false;
        return true;
      }
      if (attempt + 1 === ATTEMPTS || hurry.aborted) {
        if (!this.#failing) log.error('audit events cannot be sent', { events: lines.length, error: why });
        this.#failing = true;
        return false;
      }
      await clock
        .sleep(
          delayMs(attempt, this.#backoff, () => randomFraction(random)),
          hurry,
        )
        .catch(() => undefined);
    }
  }

  /** Why the receiver did not take it. */
  async #attempt(document: Uint8Array): Promise<unknown> {
    const { post, clock } = this.#options;
    const late = new AbortController();
    using _timer = clock.after(ATTEMPT_MS, () => late.abort(new Error('the receiver did not answer in time')));
    try {
      const status = await post(document, late.signal);
      return status >= 200 && status < 300 ? undefined : new Error(`the receiver answered ${status}`);
    } catch (error) {
      return error;
    }
  }
}
