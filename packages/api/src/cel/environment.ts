import { type Checked, check } from './checker.js';
import { CostMeter } from './cost/meter.js';
import type { Functions } from './declaration.js';
import { EvaluationError } from './evaluation-error.js';
import { evaluator } from './evaluator.js';
import { evaluatorInTurns } from './evaluator-in-turns.js';
import { KUBERNETES_FUNCTIONS } from './library/kubernetes.js';
import { literalIssues } from './literal-issues.js';
import { parse } from './parser.js';
import { CompileError } from './source-error.js';
import { type CelType, isSameType, typeText } from './type.js';
import type { CelValue } from './value.js';

/** The most that one expression of a rule or policy may cost (Kubernetes' PerCallLimit): about a tenth of a second. */
export const PER_CALL_LIMIT = 1_000_000;

/** An expression that compiled, to be evaluated as often as one likes. */
export interface Program {
  readonly source: string;
  /** What values it has; `dyn` when only the evaluation tells. */
  readonly type: CelType;
  /** The types of its parts, for estimates of its cost. */
  readonly checked: Checked;
  /** The variables it asks for. */
  readonly references: ReadonlySet<string>;
  /**
   * Its value for these variables, each of which may be made when asked for.
   *
   * @throws EvaluationError in cel-go's words when there is no value, CostExceeded when `meter` says so.
   */
  evaluate(variables: Variables, meter?: CostMeter): CelValue;
  /** The same, with a stop each time that others are to have their turn. Throws as `evaluate`. */
  evaluateInTurns(variables: Variables, meter: CostMeter): Generator<void, CelValue>;
}

/** The values of variables, or functions that make them. */
export type Variables = Readonly<Record<string, CelValue | (() => CelValue)>>;

/** What expressions of one place may ask about. */
export class CelEnvironment {
  readonly #variables: ReadonlyMap<string, CelType>;
  readonly #functions: Functions;

  constructor(variables: Readonly<Record<string, CelType>>, functions: Functions = KUBERNETES_FUNCTIONS) {
    this.#variables = new Map(Object.entries(variables));
    this.#functions = functions;
  }

  /**
   * Compiles an expression; with `wanted`, only one that has values of that type, or of one of those.
   *
   * @throws CompileError with all that is wrong, each with its place, as cel-go prints it.
   */
  compile(source: string, ...wanted: readonly CelType[]): Program {
    const checked = check(source, parse(source), this.#variables, this.#functions);
    const issues = literalIssues(checked);
    if (issues.length > 0) throw new CompileError(source, issues);
    const { type, references } = checked;
    if (wanted.length > 0 && type.kind !== 'dyn' && !wanted.some((one) => isSameType(one, type)))
      throw new ResultTypeError(wanted);
    const run = instantiated(checked);
    let inTurns: ReturnType<typeof evaluatorInTurns> | undefined;
    return {
      source,
      type,
      checked,
      references,
      evaluate: (variables, meter = new CostMeter(PER_CALL_LIMIT)) => run({ variable: lookUpIn(variables), meter }),
      evaluateInTurns(variables, meter) {
        inTurns ??= evaluatorInTurns(checked);
        return inTurns({ variable: lookUpIn(variables), meter });
      },
    };
  }
}

/** Finds the values of variables, each made once. */
function lookUpIn(variables: Variables): (name: string) => CelValue {
  const made = new Map<string, CelValue>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    const value = typeof given === 'function' ? given() : (given ?? null);
    made.set(name, value);
    return value;
  };
}

function instantiated(checked: Checked): ReturnType<typeof evaluator> {
  try {
    return evaluator(checked);
  } catch (error) {
    throw error instanceof EvaluationError ? new InstantiationError(error.message) : error;
  }
}

/** An expression with a constant that has no value: a pattern that is none, text that is no number. */
export class InstantiationError extends CompileError {
  constructor(why: string) {
    super('', []);
    this.message = `program instantiation failed: ${why}`;
  }
}

/** An expression whose values are of another type than asked for. */
export class ResultTypeError extends CompileError {
  constructor(wanted: readonly CelType[]) {
    super('', []);
    this.message = `must evaluate to ${wanted.map(typeText).join(' or ')}`;
  }
}
