/** What evaluations may cost before everything else gets its turn: 5 to 10 ms. The last of them may go on to its own limit. */
const TURN_COST = 50_000;
/** What an evaluation takes beside its cost, in the same units. */
const EACH_COST = 20;

/** Evaluations that belong together, and let the event loop go on between them when they have taken long enough. */
export class EvaluationTurn {
  #spent = 0;

  /** Counts an evaluation. */
  spend(cost: number): void {
    this.#spent += cost + EACH_COST;
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
