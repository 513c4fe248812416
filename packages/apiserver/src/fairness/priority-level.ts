import { ApiError } from '@drover/api';
import type { Clock } from '@drover/kit';
import { FairQueues, type Place, type QueueLayout } from './fair-queues.js';
import { RetryAfter } from './retry-after.js';
import type { SeatShare, SeatUse } from './seats.js';
import { ONE_SEAT, type WorkEstimate } from './work-estimate.js';

/** The longest time that a request waits for a seat: a quarter of what it has in all, as upstream. */
export const WAIT_MS = 15_000;
/** Requests that wait at one level, however many queues it is configured to have. */
const WAITING = 10_000;

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
  /** The most seats that one request is given, so that several always find room. */
  readonly seatsPerRequest: number;
}

/** Who is told what becomes of requests. */
export interface LevelObserver {
  /** It began to wait, in a queue of `length` with it. */
  enqueued(length: number): void;
  waiting(change: 1 | -1, seats: number): void;
  /** It began; its estimate was `seats`. */
  begun(seats: number): void;
  /** It ended after `ms` milliseconds. */
  ended(ms: number): void;
  /** Seats were taken, or given back. */
  seats(change: number): void;
  /** It waited for `ms` milliseconds, and then began or was refused. */
  waited(ms: number, begun: boolean): void;
  rejected(reason: RejectReason): void;
}

/** The right to be worked on, until it is left. */
export class Seat {
  #left = false;

  constructor(
    readonly level: PriorityLevel,
    readonly queues: FairQueues<unknown> | undefined,
    readonly place: Place | undefined,
    readonly seats: number,
    readonly lingerMs: number,
    readonly observer: LevelObserver,
    /** When the work began. */
    readonly started: number,
  ) {}

  /** Ends the work; again, it does nothing. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.level.leave(this);
  }
}

/** Who asks. The signal, which tells that it went away, is looked at only when it has to wait: making one costs. */
export interface Caller {
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly begin: (place: Place) => void;
}

const EXEMPT: SeatShare = { nominal: Number.POSITIVE_INFINITY, lendable: 0, borrowing: 0 };

/** One priority level: its seats, and who waits for one. */
export class PriorityLevel implements SeatUse {
  #rules: LevelRules;
  #queues: FairQueues<Waiting> | undefined;
  /** What the queues were made with; the rules' own once nobody waits. */
  #layout: QueueLayout | undefined;
  #seatsInUse = 0;
  readonly #retryAfter = new RetryAfter();

  constructor(
    rules: LevelRules,
    /** Asks whether one that needs `seats` may begin here, given what the other levels use. */
    readonly hasSeats: (level: PriorityLevel, seats: number) => boolean,
    /** Called when seats were given back, which may be such that another level borrowed or lent. */
    readonly onSeats: () => void,
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

  get seatsInUse(): number {
    return this.#seatsInUse;
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
   * A seat for a request of `flow`: at once when there is room for its work, else when its turn comes.
   *
   * @throws ApiError TooManyRequests when its queue is full, or there is none; rejects with it after too long a wait.
   */
  enter(flow: string, observer: LevelObserver, caller: Caller, work: WorkEstimate = ONE_SEAT): Seat | Promise<Seat> {
    if (this.waiting === 0 && this.#layout !== this.#rules.layout) this.#layOut();
    const seats = Math.min(work.seats, this.#rules.seatsPerRequest);
    const queues = this.#queues;
    if (this.waiting === 0 && this.hasSeats(this, seats)) {
      return this.#seat(queues?.begin(flow, seats), seats, work.lingerMs, observer);
    }
    if (queues === undefined) throw this.#refusal('concurrency-limit', observer);
    return this.#wait(queues, flow, seats, work.lingerMs, observer, caller);
  }

  /** Lets those begin whose turn it is, as far as there are seats. */
  dispatch(): void {
    while (this.waiting > 0) {
      const next = this.#queues?.take((seats) => this.hasSeats(this, seats));
      if (next === undefined) return;
      next.item.begin(next.place);
    }
  }

  #wait(
    queues: FairQueues<Waiting>,
    flow: string,
    seats: number,
    lingerMs: number,
    observer: LevelObserver,
    { signal }: Caller,
  ): Promise<Seat> {
    return new Promise((resolve, reject) => {
      const since = this.clock.now();
      const done = (): void => {
        timer[Symbol.dispose]();
        signal.removeEventListener('abort', gone);
        observer.waiting(-1, seats);
      };
      const item: Waiting = {
        begin: (at) => {
          done();
          observer.waited(this.clock.now() - since, true);
          resolve(this.#seat(at, seats, lingerMs, observer));
        },
      };
      const place = queues.size < WAITING ? queues.offer(flow, item, seats) : undefined;
      if (place === undefined) {
        reject(this.#refusal('queue-full', observer));
        return;
      }
      const giveUp = (reason: RejectReason): void => {
        done();
        queues.leave(place, item);
        observer.waited(this.clock.now() - since, false);
        reject(this.#refusal(reason, observer));
        // Whoever stood behind it may need fewer seats.
        this.dispatch();
      };
      const gone = (): void => giveUp('cancelled');
      observer.waiting(1, seats);
      observer.enqueued(queues.lengthAt(place));
      const timer = this.clock.after(WAIT_MS, () => giveUp('time-out'));
      signal.addEventListener('abort', gone, { once: true });
      if (signal.aborted) gone();
    });
  }

  #layOut(): void {
    this.#layout = this.#rules.layout;
    this.#queues = this.#layout && new FairQueues(this.#layout);
  }

  #seat(place: Place | undefined, seats: number, lingerMs: number, observer: LevelObserver): Seat {
    this.#use(seats, observer);
    observer.begun(seats);
    return new Seat(this, this.#queues, place, seats, lingerMs, observer, this.clock.now());
  }

  /** Gives back the seats of a request that has ended: for `Seat`. */
  leave({ queues, place, seats, lingerMs, observer, started }: Seat): void {
    const ms = this.clock.now() - started;
    observer.ended(ms);
    if (place !== undefined) queues?.end(place, ms + lingerMs);
    if (lingerMs === 0) this.#giveBack(seats, observer);
    else this.clock.after(lingerMs, () => this.#giveBack(seats, observer));
  }

  #use(change: number, observer: LevelObserver): void {
    this.#seatsInUse += change;
    observer.seats(change);
  }

  #giveBack(seats: number, observer: LevelObserver): void {
    this.#use(-seats, observer);
    this.onSeats();
  }

  #refusal(reason: RejectReason, observer: LevelObserver): ApiError {
    observer.rejected(reason);
    const retryAfterSeconds = this.#retryAfter.refused(this.clock.now());
    return new ApiError('TooManyRequests', 'Too many requests, please try again later.', { retryAfterSeconds });
  }
}
