import type { AdmissionReview } from '@drover/api';
import { type Distribution, Histogram, labelText, Numbers } from './family.js';

/** Upper bounds of times in seconds (apiserver_admission_step_admission_duration_seconds, …_webhook_…). */
const TIMES = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const WEBHOOK_TIMES = [...TIMES, 10, 25];
const NAME = 'apiserver_admission_';

/** Whether a step may change the object, or only refuse it. */
export type AdmissionType = 'admit' | 'validate';
type Operation = AdmissionReview['operation'];

/** What came of asking a webhook: its consent or its refusal, a failure that refuses, or one that is ignored. */
export type WebhookOutcome = 'allowed' | 'denied' | 'failed' | 'ignored';

/** What is counted of admission, under upstream's names. */
export class AdmissionMetrics {
  readonly #steps = new Histogram(`${NAME}step_admission_duration_seconds`, 'Time of all steps of a kind.', TIMES);
  readonly #plugins = new Histogram(
    `${NAME}controller_admission_duration_seconds`,
    'Time of one step of this process.',
    TIMES,
  );
  readonly #webhooks = new Histogram(
    `${NAME}webhook_admission_duration_seconds`,
    'Time of asking one webhook.',
    WEBHOOK_TIMES,
  );
  readonly #rejections = new Numbers(`${NAME}webhook_rejection_count`, 'counter', 'Writes refused over a webhook.');
  readonly #ignored = new Numbers(
    `${NAME}webhook_fail_open_count`,
    'counter',
    'Failures of webhooks that are ignored.',
  );

  /** What each write comes by, so that its labels are put into words once: by their values. */
  readonly #known = new Map<string, Distribution>();

  /** All steps of a type looked at a write. */
  step(type: AdmissionType, operation: Operation, rejected: boolean, ms: number): void {
    const make = (): Distribution => this.#steps.of(labelText({ operation, rejected: String(rejected), type }));
    this.#once(`${type} ${operation} ${rejected}`, make).observe(ms / 1000);
  }

  /** One step of this process looked at a write. */
  plugin(name: string, type: AdmissionType, operation: Operation, rejected: boolean, ms: number): void {
    const make = (): Distribution => this.#plugins.of(labelText({ name, operation, rejected: String(rejected), type }));
    this.#once(`${type} ${operation} ${rejected} ${name}`, make).observe(ms / 1000);
  }

  #once(key: string, make: () => Distribution): Distribution {
    let distribution = this.#known.get(key);
    if (distribution === undefined) {
      distribution = make();
      this.#known.set(key, distribution);
    }
    return distribution;
  }

  /** A webhook was asked about a write, or could not be. */
  webhook(name: string, mutating: boolean, operation: Operation, outcome: WebhookOutcome, ms: number): void {
    const type = mutating ? 'admit' : 'validating';
    const rejected = outcome === 'denied' || outcome === 'failed';
    this.#webhooks.observe(labelText({ name, operation, rejected: String(rejected), type }), ms / 1000);
    if (outcome === 'ignored') this.#ignored.add(labelText({ name, type }));
    if (!rejected) return;
    const error = outcome === 'denied' ? 'no_error' : 'calling_webhook_error';
    this.#rejections.add(labelText({ name, operation, type, error_type: error }));
  }

  *lines(): Generator<string> {
    yield* this.#steps.lines();
    yield* this.#plugins.lines();
    yield* this.#webhooks.lines();
    yield* this.#rejections.lines();
    yield* this.#ignored.lines();
  }
}
