import type { Checked } from '../checker.js';
import { ACCUMULATOR, type Call, type Expr, type Fold, type Select } from '../expr.js';
import { type CelType, unwrapped } from '../type.js';
import { sizeOf } from '../value.js';
import { type CallEstimate, callEstimate, type Operand } from './call-estimate.js';
import { added, exactly, multiplied, NOTHING, type Range, UNKNOWN, united } from './range.js';

/** Where a value comes from: a variable, then fields, `@items`, `@keys` and `@values`. */
export type Path = readonly string[];

/** What is known about the size of what is at a path; `undefined` for nothing. */
export type Sizes = (path: Path) => Range | undefined;

/**
 * What an expression may cost when it is evaluated, as cel-go estimates it: sizes are those of literals, of results, and of
 * what `sizes` knows; what nobody knows has no bound.
 */
export function estimate(checked: Checked, sizes: Sizes): Range {
  return new Estimator(checked, sizes).cost(checked.expr);
}

class Estimator {
  readonly #checked: Checked;
  readonly #known: Sizes;
  readonly #paths = new Map<Expr, Path>();
  readonly #sizes = new Map<Expr, Range>();
  /** What was estimated: a macro may have put a part in two places, where the same variables are known. */
  readonly #costs = new Map<Expr, Range>();
  /** Paths of the variables of the folds around, innermost last. */
  readonly #locals: { readonly name: string; readonly path: Path }[] = [];

  constructor(checked: Checked, known: Sizes) {
    this.#checked = checked;
    this.#known = known;
  }

  cost(expr: Expr): Range {
    let cost = this.#costs.get(expr);
    if (!cost) {
      cost = this.#estimated(expr);
      this.#costs.set(expr, cost);
    }
    return cost;
  }

  #estimated(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return NOTHING;
      case 'ident':
        this.#paths.set(expr, this.#locals.findLast(({ name }) => name === expr.name)?.path ?? [expr.name]);
        return exactly(1);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return added(exactly(10), ...expr.elements.map((element) => this.cost(element)));
      case 'map':
        return added(exactly(30), ...expr.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)]));
      case 'fold':
        return this.#fold(expr);
    }
  }

  #select(select: Select): Range {
    const variable = this.#checked.variableOf(select);
    if (variable !== undefined) {
      this.#paths.set(select, [variable]);
      return exactly(1);
    }
    const operand = this.cost(select.operand);
    if (select.testOnly) return operand;
    this.#extend(select, select.operand, select.field);
    const { kind } = this.#checked.typeOf(select.operand);
    return kind === 'map' || kind === 'object' ? added(operand, exactly(1)) : operand;
  }

  #extend(expr: Expr, of: Expr | undefined, step: string): void {
    const path = of && this.#paths.get(of);
    if (path) this.#paths.set(expr, [...path, step]);
  }

  #call(call: Call): Range {
    const overloads = this.#checked.overloadsOf(call);
    const isMember = overloads.some((overload) => overload.isMember);
    const args = isMember && call.target ? [call.target, ...call.args] : call.args;
    const costs = args.map((arg) => this.cost(arg));
    const [first, second, third] = costs;
    if (first && second && (call.name === '_&&_' || call.name === '_||_'))
      return { min: first.min, max: first.max + second.max };
    if (first && second && third && call.name === '_?_:_') {
      const [, yes, no] = args;
      if (yes && no) this.#sizes.set(call, united(this.#size(yes), this.#size(no)));
      return added(first, united(second, third));
    }
    const operands = args.map((arg) => this.#operand(arg));
    const estimates = overloads.map(({ id }) => callEstimate(call.name, id, operands));
    this.#result(call, args, estimates);
    return added(...costs, estimates.map(({ cost }) => cost).reduce(united, estimates[0]?.cost ?? NOTHING));
  }

  #result(call: Call, args: readonly Expr[], estimates: readonly CallEstimate[]): void {
    if (call.name === '_[_]') {
      const [range] = args;
      const kind = range && this.#checked.typeOf(range).kind;
      if (kind === 'list') this.#extend(call, range, '@items');
      if (kind === 'map') this.#extend(call, range, '@values');
    }
    if (call.name === 'dyn' && args[0]) this.#sizes.set(call, this.#size(args[0]));
    const sizes = estimates.flatMap(({ size }) => (size ? [size] : []));
    const [size] = sizes;
    if (size) this.#sizes.set(call, sizes.reduce(united, size));
  }

  #fold(fold: Fold): Range {
    const outside = added(this.cost(fold.range), this.cost(fold.init));
    const depth = this.#locals.length;
    this.#locals.push({ name: fold.accu, path: fold.accu === ACCUMULATOR ? [] : [fold.accu] });
    const path = this.#paths.get(fold.range);
    const step = this.#checked.typeOf(fold.range).kind === 'list' ? '@items' : '@keys';
    this.#locals.push({ name: fold.variable, path: path && path.length > 0 ? [...path, step] : [] });
    const each = added(this.cost(fold.condition), this.cost(fold.step));
    this.#locals.length = depth + 1;
    const result = this.cost(fold.result);
    this.#locals.length = depth;
    const count = this.#size(fold.range);
    this.#sizes.set(
      fold,
      fold.init.kind === 'literal' ? exactly(1) : fold.accu === ACCUMULATOR ? count : this.#size(fold.result),
    );
    return added(outside, result, multiplied(count, each));
  }

  #operand(expr: Expr): Operand {
    const type = this.#checked.typeOf(expr);
    const path = this.#paths.get(expr);
    const elementSize = (path && path.length > 0 ? this.#known([...path, '@items']) : undefined) ?? UNKNOWN;
    const literal = expr.kind === 'literal' && typeof expr.value === 'bigint' ? Number(expr.value) : undefined;
    return { type, size: this.#size(expr), elementSize, literal };
  }

  #size(expr: Expr): Range {
    const computed = this.#sizes.get(expr) ?? writtenSize(expr);
    if (computed) return computed;
    const path = this.#paths.get(expr);
    const known = path && path.length > 0 ? this.#known(path) : undefined;
    return known ?? (isScalar(this.#checked.typeOf(expr)) ? exactly(1) : UNKNOWN);
  }
}

function writtenSize(expr: Expr): Range | undefined {
  if (expr.kind === 'literal') return exactly(sizeOf(expr.value));
  if (expr.kind === 'list') return exactly(expr.elements.length);
  return expr.kind === 'map' ? exactly(expr.entries.length) : undefined;
}

function isScalar(type: CelType): boolean {
  const inner = unwrapped(type);
  if (inner) return isScalar(inner);
  return ['bool', 'int', 'uint', 'double', 'timestamp', 'duration'].includes(type.kind);
}
