import type { Checked } from './checker.js';
import { ListCollector } from './collector.js';
import { callCost } from './cost/call.js';
import { EvaluationError, noSuchOverload } from './evaluation-error.js';
import {
  type Activation,
  attempt,
  Compiler,
  collector,
  dispatch,
  elements,
  type Frame,
  fieldOf,
  isPresent,
  LIST_COST,
  MAP_COST,
  presentValue,
  type Step,
} from './evaluator.js';
import type { Call, Expr, Fold, ListExpr, MapExpr, Select } from './expr.js';
import { ArrayList, CelList, type CelValue, EntryMap, hasItem, LazyMap } from './value.js';

type LongStep = (frame: Frame) => Generator<void, CelValue>;

/** A part of an expression: one that may go through many elements stops in between; any other is over soon. */
type Part = { readonly short: Step } | { readonly long: LongStep };

/** The variable whose fields are expressions themselves: the variables of a policy. */
const LAZY = 'variables';

/**
 * As `evaluator`, for expressions that take long: it stops between the elements of what they go through, each time that others are
 * to have their turn. Costs and values are the same.
 */
export function evaluatorInTurns(checked: Checked): (activation: Activation) => Generator<void, CelValue> {
  const whole = new TurnCompiler(checked).turns(checked.expr);
  return function* (activation) {
    try {
      return yield* run(whole, { activation, slots: [] });
    } catch (error) {
      throw error instanceof RangeError ? new EvaluationError(error.message, { cause: error }) : error;
    }
  };
}

function* run(part: Part, frame: Frame): Generator<void, CelValue> {
  return 'short' in part ? part.short(frame) : yield* part.long(frame);
}

function* attemptOf(part: Part, frame: Frame): Generator<void, CelValue | EvaluationError> {
  if ('short' in part) return attempt(() => part.short(frame));
  try {
    return yield* part.long(frame);
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

class TurnCompiler extends Compiler {
  readonly #isLong = new Map<Expr, boolean>();

  turns(expr: Expr): Part {
    const long = this.#long(expr);
    return long === undefined ? { short: this.step(expr) } : { long };
  }

  /** What is charged as a part of something else. */
  #partInTurns(expr: Expr): Part {
    if (!this.#takesLong(expr) || expr.kind === 'ident') return { short: this.part(expr) };
    if (expr.kind === 'select' && !expr.testOnly) return { long: this.#select(expr, 0) };
    return this.turns(expr);
  }

  #long(expr: Expr): LongStep | undefined {
    if (!this.#takesLong(expr) || this.constant(expr) !== undefined) return undefined;
    switch (expr.kind) {
      case 'select':
        return this.#select(expr, 1);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'fold':
        return this.#fold(expr);
      default:
        return undefined;
    }
  }

  #takesLong(expr: Expr): boolean {
    let known = this.#isLong.get(expr);
    if (known === undefined) {
      known = expr.kind === 'fold' || partsOf(expr).some((part) => isLazy(part) || this.#takesLong(part));
      this.#isLong.set(expr, known);
    }
    return known;
  }

  #select(select: Select, cost: 0 | 1): LongStep {
    const { operand, field, testOnly } = select;
    const target = cost === 0 ? this.#partInTurns(operand) : this.turns(operand);
    return function* (frame) {
      const value = yield* run(target, frame);
      if (!testOnly) frame.activation.meter.charge(1);
      const found = value instanceof LazyMap ? yield* value.getInTurns(field) : undefined;
      if (testOnly) return value instanceof LazyMap ? found !== undefined : isPresent(value, field);
      return found ?? fieldOf(value, field);
    };
  }

  #call(call: Call): LongStep {
    const [first, second, third] = call.args;
    if (first && second && call.name === '_&&_') return this.#logical(first, second, false);
    if (first && second && call.name === '_||_') return this.#logical(first, second, true);
    if (first && second && third && call.name === '_?_:_') return this.#conditional(first, second, third);
    if (first && call.name === '@not_strictly_false') return this.#notStrictlyFalse(first);
    if (first && second && call.name === '@in') {
      const values = this.constant(second);
      if (values instanceof CelList) return this.#membership(first, values);
    }
    if (first && second && call.name === '_[_]')
      return this.#strict(call, [this.turns(first), this.#partInTurns(second)]);
    return this.#strict(
      call,
      this.argumentsOf(call).map((arg) => this.turns(arg)),
    );
  }

  #strict(call: Call, args: readonly Part[]): LongStep {
    // Patterns that are none were found when the expression was made ready to be evaluated at once.
    const overloads = this.checked.overloadsOf(call);
    return function* (frame) {
      const values: CelValue[] = [];
      for (const arg of args) values.push(yield* run(arg, frame));
      const [overload, evaluate] = dispatch(overloads, values);
      frame.activation.meter.charge(callCost(call.name, overload.id, values));
      return evaluate();
    };
  }

  #membership(item: Expr, values: CelList): LongStep {
    const step = this.turns(item);
    return function* (frame) {
      return hasItem(values, yield* run(step, frame));
    };
  }

  #logical(left: Expr, right: Expr, decisive: boolean): LongStep {
    const [one, two] = [this.turns(left), this.turns(right)];
    return function* (frame) {
      const first = yield* attemptOf(one, frame);
      if (first === decisive) return decisive;
      const second = yield* attemptOf(two, frame);
      if (second === decisive) return decisive;
      if (first instanceof EvaluationError) throw first;
      if (second instanceof EvaluationError) throw second;
      if (typeof first !== 'boolean' || typeof second !== 'boolean') throw noSuchOverload();
      return !decisive;
    };
  }

  #conditional(condition: Expr, yes: Expr, no: Expr): LongStep {
    const [test, left, right] = [this.turns(condition), this.#partInTurns(yes), this.#partInTurns(no)];
    return function* (frame) {
      const answer = yield* run(test, frame);
      if (typeof answer !== 'boolean') throw noSuchOverload();
      return yield* run(answer ? left : right, frame);
    };
  }

  #notStrictlyFalse(arg: Expr): LongStep {
    const part = this.turns(arg);
    return function* (frame) {
      const value = yield* attemptOf(part, frame);
      frame.activation.meter.charge(1);
      return value !== false;
    };
  }

  #list({ elements: items, optional }: ListExpr): LongStep {
    const parts = items.map((element) => this.turns(element));
    return function* (frame) {
      const made: CelValue[] = [];
      for (const [index, part] of parts.entries()) {
        const value = yield* run(part, frame);
        const item = optional.has(index) ? presentValue(value) : value;
        if (item !== undefined) made.push(item);
      }
      frame.activation.meter.charge(LIST_COST);
      return new ArrayList(made);
    };
  }

  #map({ entries }: MapExpr): LongStep {
    const parts = entries.map(({ key, value, optional }) => ({
      key: this.turns(key),
      value: this.turns(value),
      optional,
    }));
    return function* (frame) {
      const made: [CelValue, CelValue][] = [];
      for (const { key, value, optional } of parts) {
        const at = yield* run(key, frame);
        const given = yield* run(value, frame);
        const item = optional ? presentValue(given) : given;
        if (item !== undefined) made.push([at, item]);
      }
      frame.activation.meter.charge(MAP_COST);
      return new EntryMap(made);
    };
  }

  #fold(fold: Fold): LongStep {
    const { range, init, accu, variable, condition, step, result } = this.foldParts(fold, (expr) => this.turns(expr));
    return function* (frame) {
      const { slots } = frame;
      const { meter } = frame.activation;
      const values = yield* run(range, frame);
      slots[accu] = collector(yield* attemptOf(init, frame));
      for (const element of elements(values)) {
        if (meter.endsTurn()) yield;
        slots[variable] = element;
        // A generator for each element would cost more than most elements do.
        const goesOn =
          'short' in condition ? attempt(() => condition.short(frame)) : yield* attemptOf(condition, frame);
        if (goesOn !== true) break;
        slots[accu] = 'short' in step ? attempt(() => step.short(frame)) : yield* attemptOf(step, frame);
      }
      const made = slots[accu];
      if (made instanceof ListCollector) slots[accu] = made.finished();
      return yield* run(result, frame);
    };
  }
}

const isLazy = (expr: Expr): boolean => expr.kind === 'ident' && expr.name === LAZY;

/** The expressions that one is made of. */
function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'fold':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
    default:
      return [];
  }
}
