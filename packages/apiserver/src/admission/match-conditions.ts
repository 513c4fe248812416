import { BOOL, type EvaluationTurn, type Program, type Variables } from '@drover/api/cel';
import type { MatchCondition } from '@drover/api/types/admissionregistration-v1';
import { ExpressionBudget, failureOf, OutOfBudget } from './expression-budget.js';
import { expressionEnvironment } from './expression-environment.js';

/** What conditions say about a request: it is asked about, it is not, or they could not tell. */
export type Matched = { readonly matches: boolean } | { readonly error: string };

/** Conditions that a request has to fulfil beside the rules, compiled when first needed. */
export class MatchConditions {
  #programs: readonly Program[] | undefined;

  constructor(
    readonly conditions: readonly MatchCondition[],
    readonly params: boolean,
  ) {}

  get any(): boolean {
    return this.conditions.length > 0;
  }

  /** One condition that does not hold settles it, whatever became of the others. */
  async match(variables: Variables, budget: number, turn: EvaluationTurn): Promise<Matched> {
    this.#programs ??= this.#compiled();
    const left = new ExpressionBudget(budget, turn);
    const errors: string[] = [];
    try {
      for (const program of this.#programs) {
        const result = await left.evaluate(program, variables);
        if ('error' in result) errors.push(failureOf(program, result.error));
        else if (result.value !== true) return { matches: false };
      }
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error;
      return { error: error.message };
    }
    if (errors.length === 0) return { matches: true };
    return { error: errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]` };
  }

  #compiled(): readonly Program[] {
    const environment = expressionEnvironment({ params: this.params, authorizer: true });
    return this.conditions.map(({ expression }) => environment.compile(expression, BOOL));
  }
}
