import { CostExceeded, TurnOver } from '../evaluation-error.js';

/** What evaluations may cost before everything else gets its turn: 2 to 5 ms, and some 15 before the code is warm. */
export const TURN_COST = 25_000;

/** Counts what an evaluation costs, and ends it when that is more than it may. A unit is about 50 ns of upstream's time. */
export class CostMeter {
  readonly #stop: number;
  #spent = 0;
  #turnEnd = TURN_COST;

  /** What costs more than `atOnce` is to be evaluated in turns. */
  constructor(
    readonly limit: number,
    atOnce: number = Number.POSITIVE_INFINITY,
  ) {
    this.#stop = Math.min(limit, atOnce);
  }

  get spent(): number {
    return this.#spent;
  }

  /** @throws CostExceeded, or TurnOver where less than the limit may be spent at once. */
  charge(cost: number): void {
    this.#spent += cost;
    if (this.#spent > this.#stop) throw this.#spent > this.limit ? new CostExceeded() : new TurnOver();
  }

  /** Whether others are to have their turn now; said once for each turn. */
  endsTurn(): boolean {
    if (this.#spent < this.#turnEnd) return false;
    this.#turnEnd = this.#spent + TURN_COST;
    return true;
  }
}
