import { Histogram, labelText, Numbers, readings } from '../metrics/family.js';
import type { LevelObserver, RejectReason } from './priority-level.js';
import type { SeatShare } from './seats.js';

/** Upper bounds of times in seconds (apiserver_flowcontrol_request_wait_duration_seconds and _execution_seconds). */
const TIMES = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const LENGTHS = [0, 10, 25, 50, 100, 250, 500, 1000];
const SEATS = [1, 2, 4, 10];
const NAME = 'apiserver_flowcontrol_';

/** Whether what runs in a seat is the beginning of a watch. */
export type Execution = 'regular' | 'watch';

/** What `/metrics` says of one level. */
export interface LevelFigures {
  readonly name: string;
  readonly share: SeatShare | undefined;
  /** Seats that it may use now, with what others lend. */
  readonly limit: () => number;
}

/** What is counted of priority and fairness, under upstream's names. */
export class FlowMetrics {
  readonly #rejected = new Numbers(`${NAME}rejected_requests_total`, 'counter', 'Requests refused.');
  readonly #dispatched = new Numbers(`${NAME}dispatched_requests_total`, 'counter', 'Requests begun.');
  readonly #waiting = new Numbers(`${NAME}current_inqueue_requests`, 'gauge', 'Requests that wait.');
  readonly #waitingSeats = new Numbers(`${NAME}current_inqueue_seats`, 'gauge', 'Seats that those need who wait.');
  readonly #executing = new Numbers(`${NAME}current_executing_requests`, 'gauge', 'Requests begun and not ended.');
  readonly #executingSeats = new Numbers(`${NAME}current_executing_seats`, 'gauge', 'Seats in use.');
  readonly #estimates = new Histogram(`${NAME}work_estimated_seats`, 'Seats that requests were given.', SEATS);
  readonly #executions = new Histogram(`${NAME}request_execution_seconds`, 'Time of requests in their seats.', TIMES);
  readonly #lengths = new Histogram(
    `${NAME}request_queue_length_after_enqueue`,
    'Length of the queue that a request began to wait in, with it.',
    LENGTHS,
  );
  readonly #waits = new Histogram(
    `${NAME}request_wait_duration_seconds`,
    'Time that requests waited, of those that did.',
    TIMES,
  );
  #levels: readonly LevelFigures[] = [];

  /** The levels that there are now. */
  levels(levels: readonly LevelFigures[]): void {
    this.#levels = levels;
  }

  /** Counts for one FlowSchema at its level. What every request comes by is looked up here, once. */
  observer(flowSchema: string, priorityLevel: string, type: Execution): LevelObserver {
    const where = { priority_level: priorityLevel, flow_schema: flowSchema };
    const labels = labelText(where);
    const dispatched = this.#dispatched.of(labels);
    const executing = this.#executing.of(labels);
    const seatsInUse = this.#executingSeats.of(labels);
    const estimates = this.#estimates.of(labels);
    const executions = this.#executions.of(labelText({ ...where, type }));
    return {
      enqueued: (length) => this.#lengths.observe(labels, length),
      waiting: (change, seats) => {
        this.#waiting.add(labels, change);
        this.#waitingSeats.add(labels, change * seats);
      },
      begun: (seats) => {
        dispatched.add();
        executing.add(1);
        estimates.observe(seats);
      },
      ended: (ms) => {
        executing.add(-1);
        executions.observe(ms / 1000);
      },
      seats: (change) => seatsInUse.add(change),
      waited: (ms, begun) => this.#waits.observe(labelText({ ...where, execute: String(begun) }), ms / 1000),
      rejected: (reason: RejectReason) => this.#rejected.add(labelText({ ...where, reason })),
    };
  }

  *lines(): Generator<string> {
    yield* this.#rejected.lines();
    yield* this.#dispatched.lines();
    yield* this.#waiting.lines();
    yield* this.#waitingSeats.lines();
    yield* this.#executing.lines();
    yield* this.#executingSeats.lines();
    yield* this.#estimates.lines();
    yield* this.#executions.lines();
    yield* this.#lengths.lines();
    yield* this.#waits.lines();
    const seats = (of: (share: SeatShare) => number): [string, number][] =>
      this.#levels.map(({ name, share }) => [labelText({ priority_level: name }), share === undefined ? 0 : of(share)]);
    const gauge = (name: string, help: string, of: (share: SeatShare) => number): Generator<string> =>
      readings(`${NAME}${name}`, 'gauge', help, seats(of));
    yield* gauge('nominal_limit_seats', 'Seats of a level’s own.', ({ nominal }) => nominal);
    yield* gauge('lower_limit_seats', 'Seats that a level never lends.', ({ nominal, lendable }) => nominal - lendable);
    const limits = this.#levels.map(({ name, share, limit }): [string, number] => [
      labelText({ priority_level: name }),
      share === undefined ? 0 : limit(),
    ]);
    yield* readings(
      `${NAME}current_limit_seats`,
      'gauge',
      'Seats that a level may use now, with those lent to it.',
      limits,
    );
    const lent = this.#levels.reduce((sum, { share }) => sum + (share?.lendable ?? 0), 0);
    const upper = ({ nominal, lendable, borrowing }: SeatShare): number =>
      nominal + Math.min(borrowing, lent - lendable);
    yield* gauge('upper_limit_seats', 'Seats that a level may use at most.', upper);
  }
}
