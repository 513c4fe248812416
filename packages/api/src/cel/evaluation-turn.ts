import { TURN_COST } from './cost/meter.js';

/** What an evaluation may cost at once even when the turn is nearly over: less than a millisecond. */
const LEAST_COST = 5_000;
/** What an evaluation takes beside its cost, in the same units. */
const EACH_COST = 20;

/** Evaluations that belong together, and let the event loop go on between them when they have taken long enough. */
export class EvaluationTurn {
  #spent = 0;

  /** Counts an evaluation. */
  spend(cost: number): void {
    this.#spent += cost + EACH_COST;
  }

  /** What the next evaluation may cost before it is to be begun again in turns: something always, since most are over soon. */
  get left(): number {
    return Math.max(LEAST_COST, TURN_COST - this.#spent);
  }

  /** Whether others are to have their turn before the next evaluation. */
  get isOver(): boolean {
    return this.#spent >= TURN_COST;
  }

  /** Resolves when the others had their turn. */
  async next(): Promise<void> {
    await new Promise((turn) => setImmediate(turn));
    this.#spent = 0;
  }
}
