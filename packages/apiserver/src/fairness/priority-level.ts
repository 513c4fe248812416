import { ApiError } from '@drover/api';
import type { Clock } from '@drover/kit';
import { FairQueues, type Place, type QueueLayout } from './fair-queues.js';
import type { SeatShare, SeatUse } from './seats.js';

/** The longest time that a request waits for a seat: a quarter of what it has in all, as upstream. */
export const WAIT_MS = 15_000;
/** Requests that wait at one level, however many queues it is configured to have. */
const WAITING = 10_000;
/** When a refused caller is to come again. */
const RETRY_SECONDS = 1;

/** Why a request was refused, by upstream's names. */
export type RejectReason = 'queue-full' | 'concurrency-limit' | 'time-out' | 'cancelled';

/** What a level does with requests, parsed from its PriorityLevelConfiguration. */
export interface LevelRules {
  readonly name: string;
  readonly uid: string | undefined;
  /** Absent for the level that knows no limit. */
  readonly share: SeatShare | undefined;
  /** Absent where what finds no seat is refused. */
  readonly layout: QueueLayout | undefined;
}

/** Who is told what becomes of requests. */
export interface LevelObserver {
  waiting(change: 1 | -1): void;
  executing(change: 1 | -1): void;
  /** It waited for `ms` milliseconds, and then began or was refused. */
  waited(ms: number, begun: boolean): void;
  rejected(reason: RejectReason): void;
}

/** The right to be worked on, until it is disposed of. */
export type Seat = Disposable;

/** Who asks. The signal, which tells that it went away, is looked at only when it has to wait: making one costs. */
export interface Caller {
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly since: number;
  readonly begin: (place: Place) => void;
}

const EXEMPT: SeatShare = { nominal: Number.POSITIVE_INFINITY, lendable: 0, borrowing: 0 };

/** One priority level: its seats, and who waits for one. */
export class PriorityLevel implements SeatUse {
  #rules: LevelRules;
  #queues: FairQueues<Waiting> | undefined;
  /** What the queues were made with; the rules' own once nobody waits. */
  #layout: QueueLayout | undefined;
  #executing = 0;

  constructor(
    rules: LevelRules,
    /** Asks whether one more may begin here, given what the other levels use. */
    readonly hasSeat: (level: PriorityLevel) => boolean,
    /** Called when a seat was given back, which may be one that another level borrowed or lent. */
    readonly onSeat: () => void,
    readonly clock: Clock,
  ) {
    this.#rules = rules;
    this.#layOut();
  }

  get rules(): LevelRules {
    return this.#rules;
  }

  get share(): SeatShare {
    return this.#rules.share ?? EXEMPT;
  }

  get executing(): number {
    return this.#executing;
  }

  get waiting(): number {
    return this.#queues?.size ?? 0;
  }

  /** Takes up changed rules. Who waits goes on waiting; another layout holds from when nobody does. */
  change(rules: LevelRules): void {
    const same = JSON.stringify(rules.layout) === JSON.stringify(this.#layout);
    // Queues know what each flow has had: the same layout keeps them.
    this.#rules = same ? { ...rules, layout: this.#layout } : rules;
  }

  /**
   * A seat for a request of `flow`: at once when one is free, else when its turn comes.
   *
   * @throws ApiError TooManyRequests when its queue is full, or there is none; rejects with it after too long a wait.
   */
  enter(flow: string, observer: LevelObserver, caller: Caller): Seat | Promise<Seat> {
    if (this.waiting === 0 && this.#layout !== this.#rules.layout) this.#layOut();
    if (this.waiting === 0 && this.hasSeat(this)) return this.#seat(this.#queues?.begin(flow), observer);
    const queues = this.#queues;
    if (queues === undefined) throw rejected('concurrency-limit', observer);
    const { signal } = caller;
    return new Promise((resolve, reject) => {
      const since = this.clock.now();
      const done = (): void => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', gone);
        observer.waiting(-1);
      };
      const item: Waiting = {
        since,
        begin: (place) => {
          done();
          observer.waited(this.clock.now() - since, true);
          resolve(this.#seat(place, observer));
        },
      };
      const place = queues.size < WAITING ? queues.offer(flow, item) : undefined;
      const giveUp = (reason: RejectReason): void => {
        if (place === undefined) return;
        done();
        queues.leave(place, item);
        observer.waited(this.clock.now() - since, false);
        reject(rejected(reason, observer));
      };
      const gone = (): void => giveUp('cancelled');
      observer.waiting(1);
      const timer = this.clock.after(WAIT_MS, () => giveUp('time-out'));
      signal.addEventListener('abort', gone, { once: true });
      if (place === undefined) {
        done();
        reject(rejected('queue-full', observer));
      } else if (signal.aborted) gone();
    });
  }

  /** Lets those begin whose turn it is, as far as there are seats. */
  dispatch(): void {
    while (this.waiting > 0 && this.hasSeat(this)) {
      const next = this.#queues?.take();
      if (next === undefined) return;
      next.item.begin(next.place);
    }
  }

  #layOut(): void {
    this.#layout = this.#rules.layout;
    this.#queues = this.#layout && new FairQueues(this.#layout);
  }

  #seat(place: Place | undefined, observer: LevelObserver): Seat {
    const queues = this.#queues;
    const started = this.clock.now();
    this.#executing += 1;
    observer.executing(1);
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (!held) return;
        held = false;
        this.#executing -= 1;
        observer.executing(-1);
        if (place !== undefined) queues?.end(place, this.clock.now() - started);
        this.onSeat();
      },
    };
  }
}

function rejected(reason: RejectReason, observer: LevelObserver): ApiError {
  observer.rejected(reason);
  return new ApiError('TooManyRequests', 'Too many requests, please try again later.', {
    retryAfterSeconds: RETRY_SECONDS,
  });
}
