/** An expression that has no value for what it was asked about: a missing key, an overflow. In cel-go's words. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/** An evaluation that was stopped because it cost more than it may. */
export class CostExceeded extends Error {
  override readonly name = 'CostExceeded';

  constructor() {
    super('operation cancelled: actual cost limit exceeded');
  }
}

/** There is no function of that name for values of these types. */
export const noSuchOverload = (): EvaluationError => new EvaluationError('no such overload');

/** An evaluation takes longer than a turn of the event loop may: it is to be begun again, in turns. */
export class TurnOver extends Error {
  override readonly name = 'TurnOver';
}
