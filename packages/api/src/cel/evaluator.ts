import { patternFault } from '../schema/pattern.js';
import { type Checked, TYPE_NAMES } from './checker.js';
import { ListCollector } from './collector.js';
import { callCost } from './cost/call.js';
import type { CostMeter } from './cost/meter.js';
import type { Overload } from './declaration.js';
import { EvaluationError, noSuchOverload } from './evaluation-error.js';
import type { Call, Expr, Fold, ListExpr, MapExpr, Select } from './expr.js';
import { ArrayList, CelList, CelMap, CelOptional, type CelValue, EntryMap, hasItem, TypeValue } from './value.js';

/** What an evaluation works with. */
export interface Activation {
  /** The value of a variable; asked for when the expression comes to it. */
  variable(name: string): CelValue;
  readonly meter: CostMeter;
}

/** Evaluates one part of an expression. */
export type Step = (frame: Frame) => CelValue;

/** The variables of folds are in slots, which may hold an error that nobody has looked at yet; the rest is asked of the activation. */
export interface Frame {
  readonly activation: Activation;
  readonly slots: (CelValue | EvaluationError)[];
}

/** What making a list or a map costs, beside its elements (cel-go). */
export const LIST_COST = 10;
export const MAP_COST = 30;

/** Conversions of constants are made once, before anything runs, and cost nothing then. */
const CONVERSIONS = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
]);

/**
 * Makes the expression something to run, which throws EvaluationError and CostExceeded when it does.
 *
 * @throws EvaluationError for constants that cannot be converted.
 */
export function evaluator(checked: Checked): (activation: Activation) => CelValue {
  const step = new Compiler(checked).step(checked.expr);
  return (activation) => {
    try {
      return step({ activation, slots: [] });
    } catch (error) {
      throw error instanceof RangeError ? new EvaluationError(error.message, { cause: error }) : error;
    }
  };
}

/** A fold, made ready: its parts, and the slots of its variables. */
export interface FoldParts<T> {
  readonly range: T;
  readonly init: T;
  readonly accu: number;
  readonly variable: number;
  readonly condition: T;
  readonly step: T;
  readonly result: T;
}

interface Slot {
  readonly name: string;
  readonly index: number;
  readonly outer: Slot | undefined;
}

/** Makes steps of the parts of an expression. */
export class Compiler {
  protected readonly checked: Checked;
  /** What was compiled: a macro may have put a part in two places, where the same variables are known. */
  readonly #steps = new Map<Expr, Step>();
  #slots: Slot | undefined;

  constructor(checked: Checked) {
    this.checked = checked;
  }

  step(expr: Expr): Step {
    let step = this.#steps.get(expr);
    if (!step) {
      const constant = this.constant(expr);
      step = constant === undefined ? this.#computed(expr) : () => constant;
      this.#steps.set(expr, step);
    }
    return step;
  }

  /** The value of what is the same whenever it is evaluated: literals, lists and maps of them, and their conversions. */
  protected constant(expr: Expr): CelValue | undefined {
    switch (expr.kind) {
      case 'literal':
        return expr.value;
      case 'list': {
        const items = expr.elements.map((element) => this.constant(element));
        return expr.optional.size === 0 && areKnown(items) ? new ArrayList(items) : undefined;
      }
      case 'map': {
        const entries = expr.entries.map(({ key, value }) => [this.constant(key), this.constant(value)] as const);
        const isFixed = expr.entries.every(({ optional }) => !optional) && areKnown(entries.flat());
        return isFixed ? mapOf(entries.map(([key = null, value = null]) => [key, value])) : undefined;
      }
      case 'call':
        return CONVERSIONS.has(expr.name) && !expr.target ? this.#converted(expr) : undefined;
      default:
        return undefined;
    }
  }

  #converted(call: Call): CelValue | undefined {
    const args = call.args.map((arg) => this.constant(arg));
    return areKnown(args) ? dispatch(this.checked.overloadsOf(call), args)[1]() : undefined;
  }

  #computed(expr: Expr): Step {
    switch (expr.kind) {
      case 'literal':
        return () => expr.value;
      case 'ident':
        return this.#ident(expr.name, 1);
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
    }
  }

  /**
   * A variable, or a field or element of one, where it is only a part of something that is charged as a whole: the key of
   * an index, a branch of a condition. The variable costs nothing then.
   */
  protected part(expr: Expr): Step {
    if (expr.kind === 'ident') return this.#ident(expr.name, 0);
    if (expr.kind === 'select' && !expr.testOnly) return this.#select(expr, 0);
    return this.step(expr);
  }

  #ident(name: string, cost: number): Step {
    const slot = this.#slotOf(name);
    if (slot !== undefined)
      return ({ activation, slots }) => {
        activation.meter.charge(cost);
        const value = slots[slot] ?? null;
        if (value instanceof EvaluationError) throw value;
        return value;
      };
    const named = this.checked.references.has(name) ? undefined : TYPE_NAMES.get(name);
    return ({ activation }) => {
      activation.meter.charge(cost);
      return named ? new TypeValue(name, named) : activation.variable(name);
    };
  }

  #slotOf(name: string): number | undefined {
    for (let slot = this.#slots; slot; slot = slot.outer) if (slot.name === name) return slot.index;
    return undefined;
  }

  #select(select: Select, cost: 0 | 1): Step {
    const { operand, field, testOnly } = select;
    const variable = this.checked.variableOf(select);
    if (variable !== undefined) return this.#ident(variable, cost);
    const target = cost === 0 ? this.part(operand) : this.step(operand);
    if (testOnly) return (frame) => isPresent(target(frame), field);
    return (frame) => {
      const value = target(frame);
      frame.activation.meter.charge(1);
      return fieldOf(value, field);
    };
  }

  #call(call: Call): Step {
    const [first, second, third] = call.args;
    if (first && second && call.name === '_&&_') return this.#logical(first, second, false);
    if (first && second && call.name === '_||_') return this.#logical(first, second, true);
    if (first && second && third && call.name === '_?_:_') return this.#conditional(first, second, third);
    if (first && call.name === '@not_strictly_false') return this.#notStrictlyFalse(first);
    if (first && second && call.name === '@in') return this.#membership(call, first, second);
    if (first && second && call.name === '_[_]') return this.#strict(call, [this.step(first), this.part(second)]);
    return this.#strict(call);
  }

  #strict(call: Call, args = this.#arguments(call)): Step {
    const overloads = this.checked.overloadsOf(call);
    const { name } = call;
    const pattern = name === 'find' || name === 'findAll' ? call.args[0] : undefined;
    const fault = pattern?.kind === 'literal' ? patternFault(String(pattern.value)) : undefined;
    if (fault !== undefined) throw new EvaluationError(fault);
    return (frame) => {
      const values = args.map((arg) => arg(frame));
      const [overload, run] = dispatch(overloads, values);
      frame.activation.meter.charge(callCost(name, overload.id, values));
      return run();
    };
  }

  #arguments(call: Call): Step[] {
    return this.argumentsOf(call).map((arg) => this.step(arg));
  }

  protected argumentsOf(call: Call): readonly Expr[] {
    const isMember = this.checked.overloadsOf(call).some((overload) => overload.isMember);
    return isMember && call.target ? [call.target, ...call.args] : call.args;
  }

  /** A look into a fixed list costs what its left side costs: it is a set. */
  #membership(call: Call, item: Expr, range: Expr): Step {
    const values = this.constant(range);
    if (!(values instanceof CelList)) return this.#strict(call);
    const step = this.step(item);
    return (frame) => hasItem(values, step(frame));
  }

  /** An error on one side does not matter when the other side decides. */
  #logical(left: Expr, right: Expr, decisive: boolean): Step {
    const [one, two] = [this.step(left), this.step(right)];
    return (frame) => {
      const first = attempt(() => one(frame));
      if (first === decisive) return decisive;
      const second = attempt(() => two(frame));
      if (second === decisive) return decisive;
      if (first instanceof EvaluationError) throw first;
      if (second instanceof EvaluationError) throw second;
      if (typeof first !== 'boolean' || typeof second !== 'boolean') throw noSuchOverload();
      return !decisive;
    };
  }

  #conditional(condition: Expr, yes: Expr, no: Expr): Step {
    const [test, left, right] = [this.step(condition), this.part(yes), this.part(no)];
    return (frame) => {
      const answer = test(frame);
      if (typeof answer !== 'boolean') throw noSuchOverload();
      return answer ? left(frame) : right(frame);
    };
  }

  #notStrictlyFalse(arg: Expr): Step {
    const step = this.step(arg);
    return (frame) => {
      const value = attempt(() => step(frame));
      frame.activation.meter.charge(1);
      return value !== false;
    };
  }

  #list({ elements, optional }: ListExpr): Step {
    const steps = elements.map((element) => this.step(element));
    return (frame) => {
      const items: CelValue[] = [];
      for (const [index, step] of steps.entries()) {
        const value = step(frame);
        const item = optional.has(index) ? presentValue(value) : value;
        if (item !== undefined) items.push(item);
      }
      frame.activation.meter.charge(LIST_COST);
      return new ArrayList(items);
    };
  }

  #map({ entries }: MapExpr): Step {
    const steps = entries.map(({ key, value, optional }) => ({
      key: this.step(key),
      value: this.step(value),
      optional,
    }));
    return (frame) => {
      const made: [CelValue, CelValue][] = [];
      for (const { key, value, optional } of steps) {
        const at = key(frame);
        const given = value(frame);
        const item = optional ? presentValue(given) : given;
        if (item !== undefined) made.push([at, item]);
      }
      frame.activation.meter.charge(MAP_COST);
      return new EntryMap(made);
    };
  }

  #fold(fold: Fold): Step {
    const { range, init, accu, variable, condition, step, result } = this.foldParts(fold, (expr) => this.step(expr));
    return (frame) => {
      const { slots } = frame;
      const values = range(frame);
      const start = collector(attempt(() => init(frame)));
      slots[accu] = start;
      for (const element of elements(values)) {
        slots[variable] = element;
        if (attempt(() => condition(frame)) !== true) break;
        slots[accu] = attempt(() => step(frame));
      }
      const made = slots[accu];
      if (made instanceof ListCollector) slots[accu] = made.finished();
      return result(frame);
    };
  }

  /** The parts of a fold, each made where its variables are known. */
  protected foldParts<T>(fold: Fold, make: (expr: Expr) => T): FoldParts<T> {
    const [range, init] = [make(fold.range), make(fold.init)];
    const outer = this.#slots;
    const accu = this.#declare(fold.accu);
    const withAccu = this.#slots;
    const variable = this.#declare(fold.variable);
    const [condition, step] = [make(fold.condition), make(fold.step)];
    this.#slots = withAccu;
    const result = make(fold.result);
    this.#slots = outer;
    return { range, init, accu, variable, condition, step, result };
  }

  #declare(name: string): number {
    const index = (this.#slots?.index ?? -1) + 1;
    this.#slots = { name, index, outer: this.#slots };
    return index;
  }
}

/** The value, or why there is none. Running out of budget is no error of the expression: it ends all. */
export function attempt(evaluate: () => CelValue): CelValue | EvaluationError {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof EvaluationError) return error;
    throw error;
  }
}

export function dispatch(
  overloads: readonly Overload[],
  values: readonly CelValue[],
): readonly [Overload, () => CelValue] {
  for (const overload of overloads) {
    const run = overload.callOn(values);
    if (run) return [overload, run];
  }
  throw noSuchOverload();
}

/** The map; nothing for one that has a key twice, which is an error when it is evaluated. */
function mapOf(entries: readonly (readonly [CelValue, CelValue])[]): EntryMap | undefined {
  const map = attempt(() => new EntryMap(entries));
  return map instanceof EntryMap ? map : undefined;
}

const areKnown = (values: readonly (CelValue | undefined)[]): values is readonly CelValue[] =>
  !values.includes(undefined);

/** What a fold sees of a range, one after another. */
export function elements(range: CelValue): Iterable<CelValue> {
  if (range instanceof CelList) return range;
  if (range instanceof CelMap) return range.keys();
  throw noSuchOverload();
}

/** An empty list that a fold begins with grows in place: nobody else sees it before the fold ends. */
export const collector = (start: CelValue | EvaluationError): CelValue | EvaluationError =>
  start instanceof CelList && start.size === 0 ? new ListCollector() : start;

export function fieldOf(value: CelValue, field: string): CelValue {
  if (value instanceof CelMap) {
    const found = value.get(field);
    if (found === undefined) throw new EvaluationError(`no such key: ${field}`);
    return found;
  }
  if (value instanceof CelOptional) return optionalField(value, field);
  throw noSuchOverload();
}

function optionalField({ value }: CelOptional, field: string): CelOptional {
  if (value === undefined) return CelOptional.none;
  const found = value instanceof CelMap ? value.get(field) : fieldOf(value, field);
  return found === undefined ? CelOptional.none : CelOptional.of(found);
}

export function isPresent(value: CelValue, field: string): boolean {
  if (value instanceof CelMap) return value.get(field) !== undefined;
  if (value instanceof CelOptional) return optionalField(value, field).value !== undefined;
  throw noSuchOverload();
}

/** What an element given as optional holds; `undefined` for nothing. */
export function presentValue(value: CelValue): CelValue | undefined {
  if (value instanceof CelOptional) return value.value;
  throw noSuchOverload();
}
