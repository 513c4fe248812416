import type { CelValue } from '@drover/api/cel';
import {
  CostExceeded,
  CostMeter,
  EvaluationError,
  type EvaluationTurn,
  PER_CALL_LIMIT,
  type Program,
  TurnOver,
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
  /** Whether an expression is evaluated in turns: what it asks for meanwhile is not stopped and begun again. */
  #inTurns = false;

  /** Evaluations count in `turn`, and others have their turn between them and, when one takes long, in the middle of it. */
  constructor(
    budget: number,
    readonly turn: EvaluationTurn,
  ) {
    this.#left = budget;
  }

  /** @throws OutOfBudget when there is nothing left. */
  async evaluate(program: Program, variables: Variables): Promise<Evaluated> {
    if (this.turn.isOver) await this.turn.next();
    try {
      return this.atOnce(program, variables);
    } catch (error) {
      if (!(error instanceof TurnOver)) throw error;
    }
    await this.turn.next();
    this.#inTurns = true;
    try {
      for (const run = this.inTurns(program, variables); ; await this.turn.next()) {
        const { done, value } = run.next();
        if (done === true) return value;
      }
    } finally {
      this.#inTurns = false;
    }
  }

  /** For what another expression asks for. @throws OutOfBudget; TurnOver when it is to be asked for in turns. */
  atOnce(program: Program, variables: Variables): Evaluated {
    const meter = new CostMeter(PER_CALL_LIMIT, this.#inTurns ? PER_CALL_LIMIT : this.turn.left);
    let result: Evaluated;
    try {
      result = outcomeOf(() => program.evaluate(variables, meter));
    } finally {
      this.turn.spend(meter.spent);
    }
    this.#take(meter.spent);
    return result;
  }

  /** As `atOnce`, with a stop each time that others are to have their turn. @throws OutOfBudget. */
  *inTurns(program: Program, variables: Variables): Generator<void, Evaluated> {
    const meter = new CostMeter(PER_CALL_LIMIT);
    const run = program.evaluateInTurns(variables, meter);
    for (;;) {
      const before = meter.spent;
      const next = outcomeOf(() => run.next());
      this.turn.spend(meter.spent - before);
      if ('error' in next || next.value.done === true) this.#take(meter.spent);
      if ('error' in next) return next;
      if (next.value.done === true) return { value: next.value.value };
      yield;
    }
  }

  #take(cost: number): void {
    this.#left -= cost;
    if (this.#left < 0) throw new OutOfBudget();
  }
}

/** What comes of an evaluation. @throws what is no fault of the expression. */
function outcomeOf<T>(evaluate: () => T): { readonly value: T } | { readonly error: string } {
  try {
    return { value: evaluate() };
  } catch (error) {
    if (!(error instanceof EvaluationError || error instanceof CostExceeded)) throw error;
    return { error: error.message };
  }
}
