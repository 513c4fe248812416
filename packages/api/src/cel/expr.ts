import type { CelValue } from './value.js';

/** A node of a parsed expression. Macros are expanded: there are folds in their place, as cel-go has comprehensions. */
export type Expr = Literal | Ident | Select | Call | ListExpr | MapExpr | Fold;

interface Node {
  /** Where errors about it point: an offset into the text. */
  readonly position: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: CelValue;
}

export interface Ident extends Node {
  readonly kind: 'ident';
  readonly name: string;
}

export interface Select extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  /** Set for `has(a.b)`: whether the field is there is the question. */
  readonly testOnly: boolean;
}

/** A call, or an operator under the name it has among the functions: `_+_`, `_[_]`. */
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Which elements are optional values, left out when they are absent: `[?a]`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
}

/** What `all`, `map` and their like become: `accu` starts as `init` and becomes `step` for each element while `condition` holds. */
export interface Fold extends Node {
  readonly kind: 'fold';
  readonly range: Expr;
  readonly variable: string;
  readonly accu: string;
  readonly init: Expr;
  readonly condition: Expr;
  readonly step: Expr;
  readonly result: Expr;
}

/** The accumulator of macros: no name that a text can have. */
export const ACCUMULATOR = '@result';

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
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
  }
}

/** Whether parts are in parts more than `limit` times over. Level by level, so that no depth is too much for it. */
export function isDeeperThan(limit: number, expr: Expr): boolean {
  let level: ReadonlySet<Expr> = new Set([expr]);
  for (let depth = 0; level.size > 0; depth += 1) {
    if (depth > limit) return true;
    level = new Set([...level].flatMap(childrenOf));
  }
  return false;
}
