import {
  BOOL,
  type CelType,
  type CelValue,
  EvaluationError,
  LazyMap,
  type Program,
  STRING,
  scalar,
  type Variables,
} from '@drover/api/cel';
import type { ValidatingAdmissionPolicySpec, Validation } from '@drover/api/types/admissionregistration-v1';
import type { Evaluated, ExpressionBudget } from './expression-budget.js';
import { expressionEnvironment } from './expression-environment.js';

/** A policy's validation, compiled. */
export interface ValidationProgram {
  readonly validation: Validation;
  readonly program: Program;
  readonly message: Program | undefined;
}

/** What a policy has evaluated, compiled. */
export interface PolicyProgram {
  readonly variables: readonly { readonly name: string; readonly program: Program }[];
  readonly validations: readonly ValidationProgram[];
  readonly auditAnnotations: readonly { readonly key: string; readonly program: Program }[];
}

/** Compiles the expressions of a policy that passed validation. @throws CompileError. */
export function policyProgram(spec: ValidatingAdmissionPolicySpec, object?: CelType): PolicyProgram {
  const params = spec.paramKind !== undefined;
  const declared = (spec.variables ?? []).length > 0;
  const types = new Map<string, CelType>();
  const of = (authorizer: boolean) =>
    expressionEnvironment({
      params,
      authorizer,
      ...(declared ? { variables: types } : {}),
      ...(object === undefined ? {} : { object }),
    });
  const variables = (spec.variables ?? []).map(({ name, expression }) => {
    const program = of(true).compile(expression);
    types.set(name, program.type);
    return { name, program };
  });
  const environment = of(true);
  return {
    variables,
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      program: environment.compile(validation.expression, BOOL),
      message:
        validation.messageExpression === undefined || validation.messageExpression === ''
          ? undefined
          : of(false).compile(validation.messageExpression, STRING),
    })),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      program: environment.compile(valueExpression, STRING, scalar('null')),
    })),
  };
}

/** The variables of a policy: each is evaluated when an expression first asks for it, and at most once for a request. */
export class PolicyVariables extends LazyMap {
  readonly #programs: ReadonlyMap<string, Program>;
  readonly #known = new Map<Program, Evaluated>();

  constructor(
    programs: PolicyProgram['variables'],
    readonly budget: ExpressionBudget,
    readonly given: Variables,
  ) {
    super();
    this.#programs = new Map(programs.map(({ name, program }) => [name, program]));
  }

  get size(): number {
    return this.#programs.size;
  }

  keys(): Iterable<CelValue> {
    return this.#programs.keys();
  }

  /** @throws EvaluationError when the variable has no value. */
  get(key: CelValue): CelValue | undefined {
    const program = this.#programOf(key);
    if (program === undefined) return undefined;
    let result = this.#known.get(program);
    if (result === undefined) {
      result = this.budget.atOnce(program, { ...this.given, variables: this });
      this.#known.set(program, result);
    }
    return valueIn(key, result);
  }

  *getInTurns(key: CelValue): Generator<void, CelValue | undefined> {
    const program = this.#programOf(key);
    if (program === undefined) return undefined;
    let result = this.#known.get(program);
    if (result === undefined) {
      result = yield* this.budget.inTurns(program, { ...this.given, variables: this });
      this.#known.set(program, result);
    }
    return valueIn(key, result);
  }

  #programOf(key: CelValue): Program | undefined {
    return typeof key === 'string' ? this.#programs.get(key) : undefined;
  }
}

function valueIn(key: CelValue, result: Evaluated): CelValue {
  if ('value' in result) return result.value;
  throw new EvaluationError(`composited variable ${JSON.stringify(key)} fails to evaluate: ${result.error}`);
}
