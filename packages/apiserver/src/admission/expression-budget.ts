import type { CelValue } from '@drover/api/cel';
import {
  CostExceeded,
  CostMeter,
  EvaluationError,
  type EvaluationTurn,
  PER_CALL_LIMIT,
  type Program,
  type Variables,
} from '@drover/api/cel';

/** What all expressions of one policy may cost for one request (apiserver RuntimeCELCostBudget). */
export const POLICY_BUDGET = 10_000_000;
/** What all match conditions of one webhook may cost for one request (RuntimeCELCostBudgetMatchConditions). */
export const MATCH_CONDITIONS_BUDGET = 2_500_000;

/** The value of an expression, or why it has none. */
export type Evaluated = { readonly value: CelValue } | { readonly error: string };

/** The sentence that tells of an expression without a value. */
export function failureOf({ source }: Program, error: string): string {
  return `expression '${source}' resulted in error: ${error}`;
}

/** All expressions of a request's evaluation together cost too much: none is evaluated any more. */
export class OutOfBudget extends Error {
  override readonly name = 'OutOfBudget';

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** What is left of a budget that expressions share; each of them has its own limit too. */
export class ExpressionBudget {
  #left: number;

  /** Evaluations count in `turn`, which whoever asks for them lets pass between them. */
  constructor(
    budget: number,
    readonly turn: EvaluationTurn,
  ) {
    this.#left = budget;
  }

  /** @throws OutOfBudget when there is nothing left. */
  evaluate(program: Program, variables: Variables): Evaluated {
    const meter = new CostMeter(PER_CALL_LIMIT);
    try {
      return { value: program.evaluate(variables, meter) };
    } catch (error) {
      if (!(error instanceof EvaluationError || error instanceof CostExceeded)) throw error;
      return { error: error.message };
    } finally {
      this.#spend(meter.spent);
    }
  }

  #spend(cost: number): void {
    this.turn.spend(cost);
    this.#left -= cost;
    if (this.#left < 0) throw new OutOfBudget();
  }
}
