import { CostExceeded } from '../evaluation-error.js';

/** Counts what an evaluation costs, and ends it when that is more than it may. A unit is about 50 ns of upstream's time. */
export class CostMeter {
  #spent = 0;

  constructor(readonly limit: number) {}

  get spent(): number {
    return this.#spent;
  }

  /** @throws CostExceeded */
  charge(cost: number): void {
    this.#spent += cost;
    if (this.#spent > this.limit) throw new CostExceeded();
  }
}
