import { Histogram, labelText, Numbers, readings } from '../metrics/family.js';
import type { LevelObserver } from './priority-level.js';
import type { SeatShare } from './seats.js';

/** Upper bounds of waiting times in seconds (apiserver_flowcontrol_request_wait_duration_seconds). */
const WAITS = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];

/** What is counted of priority and fairness, under upstream's names. */
export class FlowMetrics {
  readonly #rejected = new Numbers('apiserver_flowcontrol_rejected_requests_total', 'counter', 'Requests refused.');
  readonly #dispatched = new Numbers('apiserver_flowcontrol_dispatched_requests_total', 'counter', 'Requests begun.');
  readonly #waiting = new Numbers('apiserver_flowcontrol_current_inqueue_requests', 'gauge', 'Requests that wait.');
  readonly #executing = new Numbers(
    'apiserver_flowcontrol_current_executing_requests',
    'gauge',
    'Requests begun and not ended.',
  );
  readonly #waits = new Histogram(
    'apiserver_flowcontrol_request_wait_duration_seconds',
    'Time that requests waited, of those that did.',
    WAITS,
  );
  #limits: readonly { readonly name: string; readonly share: SeatShare | undefined }[] = [];

  /** The seats that levels have now. */
  limits(limits: readonly { readonly name: string; readonly share: SeatShare | undefined }[]): void {
    this.#limits = limits;
  }

  /** Counts for one FlowSchema at its level. */
  observer(flowSchema: string, priorityLevel: string): LevelObserver {
    const where = { priority_level: priorityLevel, flow_schema: flowSchema };
    const labels = labelText(where);
    const begun = labelText({ ...where, execute: 'true' });
    const refused = labelText({ ...where, execute: 'false' });
    return {
      waiting: (change) => this.#waiting.add(labels, change),
      executing: (change) => {
        if (change === 1) this.#dispatched.add(labels);
        this.#executing.add(labels, change);
      },
      waited: (ms, execute) => this.#waits.observe(execute ? begun : refused, ms / 1000),
      rejected: (reason) => this.#rejected.add(labelText({ ...where, reason })),
    };
  }

  *lines(): Generator<string> {
    yield* this.#rejected.lines();
    yield* this.#dispatched.lines();
    yield* this.#waiting.lines();
    yield* this.#executing.lines();
    yield* this.#waits.lines();
    const seats = (of: (share: SeatShare) => number): [string, number][] =>
      this.#limits.map(({ name, share }) => [labelText({ priority_level: name }), share === undefined ? 0 : of(share)]);
    const gauge = (name: string, help: string, of: (share: SeatShare) => number): Generator<string> =>
      readings(`apiserver_flowcontrol_${name}`, 'gauge', help, seats(of));
    yield* gauge('nominal_limit_seats', 'Seats of a level’s own.', ({ nominal }) => nominal);
    yield* gauge('lower_limit_seats', 'Seats that a level never lends.', ({ nominal, lendable }) => nominal - lendable);
    const lent = this.#limits.reduce((sum, { share }) => sum + (share?.lendable ?? 0), 0);
    const upper = ({ nominal, lendable, borrowing }: SeatShare): number =>
      nominal + Math.min(borrowing, lent - lendable);
    yield* gauge('upper_limit_seats', 'Seats that a level may use at most.', upper);
  }
}
