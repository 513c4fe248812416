import { ACCUMULATOR, type Call, type Expr, type Fold } from './expr.js';
import type { CompileError } from './source-error.js';

/** Makes the error for something wrong in a macro's arguments. */
type Fault = (position: number, message: string) => CompileError;

/** What a macro call stands for; `undefined` for calls that are no macros. @throws CompileError for wrong arguments. */
export function expandMacro(call: Call, fault: Fault): Expr | undefined {
  const macro = MACROS.get(`${call.target ? '.' : ''}${call.name}/${call.args.length}`);
  return macro?.(new Expansion(call, fault));
}

/** A macro call that is being expanded: what comes out points to where the call stood. */
class Expansion {
  constructor(
    readonly call: Call,
    readonly fault: Fault,
  ) {}

  arg(index: number): Expr {
    const arg = this.call.args[index];
    if (!arg) throw this.fault(this.call.position, `missing argument of ${this.call.name}()`);
    return arg;
  }

  get target(): Expr {
    return this.call.target ?? this.arg(0);
  }

  /** The argument, which has to be a name. */
  variable(index: number): string {
    const arg = this.arg(index);
    if (arg.kind === 'ident') return arg.name;
    throw this.fault(arg.position, 'argument must be a simple name');
  }

  literal(value: boolean | bigint): Expr {
    return { kind: 'literal', value, position: this.call.position };
  }

  ident(name: string): Expr {
    return { kind: 'ident', name, position: this.call.position };
  }

  get accu(): Expr {
    return this.ident(ACCUMULATOR);
  }

  invoke(name: string, ...args: Expr[]): Expr {
    return { kind: 'call', name, args, position: this.call.position };
  }

  method(name: string, target: Expr): Expr {
    return { kind: 'call', name, target, args: [], position: this.call.position };
  }

  list(...elements: Expr[]): Expr {
    return { kind: 'list', elements, optional: new Set(), position: this.call.position };
  }

  map(): Expr {
    return { kind: 'map', entries: [], position: this.call.position };
  }

  /** Goes through the target; `variables` is how many of the arguments name what is seen of each element. */
  fold(variables: 1 | 2, parts: Pick<Fold, 'init' | 'condition' | 'step'> & { result?: Expr }): Fold {
    const names = variables === 1 ? { variable: this.variable(0) } : this.#two();
    const { position } = this.call;
    return { kind: 'fold', range: this.target, accu: ACCUMULATOR, result: this.accu, position, ...names, ...parts };
  }

  #two(): { variable: string; second: string } {
    const [variable, second] = [this.variable(0), this.variable(1)];
    if (variable !== second) return { variable, second };
    throw this.fault(this.arg(1).position, `duplicate variable name: ${variable}`);
  }
}

type Macro = (expansion: Expansion) => Expr;

const has: Macro = (on) => {
  const arg = on.arg(0);
  if (arg.kind === 'select') return { ...arg, testOnly: true };
  throw on.fault(arg.position, 'invalid argument to has() macro');
};

const all =
  (variables: 1 | 2): Macro =>
  (on) =>
    on.fold(variables, {
      init: on.literal(true),
      condition: on.invoke('@not_strictly_false', on.accu),
      step: on.invoke('_&&_', on.accu, on.arg(variables)),
    });

const exists =
  (variables: 1 | 2): Macro =>
  (on) =>
    on.fold(variables, {
      init: on.literal(false),
      condition: on.invoke('@not_strictly_false', on.invoke('!_', on.accu)),
      step: on.invoke('_||_', on.accu, on.arg(variables)),
    });

const existsOne =
  (variables: 1 | 2): Macro =>
  (on) =>
    on.fold(variables, {
      init: on.literal(0n),
      condition: on.literal(true),
      step: on.invoke('_?_:_', on.arg(variables), on.invoke('_+_', on.accu, on.literal(1n)), on.accu),
      result: on.invoke('_==_', on.accu, on.literal(1n)),
    });

/** A list of what the last argument makes of each element; with a filter, of each element that passes it. */
const toList =
  (variables: 1 | 2, isFiltered: boolean): Macro =>
  (on) => {
    const append = on.invoke('_+_', on.accu, on.list(on.arg(isFiltered ? variables + 1 : variables)));
    return on.fold(variables, {
      init: on.list(),
      condition: on.literal(true),
      step: filtered(on, variables, isFiltered, append),
    });
  };

const filter: Macro = (on) => {
  const append = on.invoke('_+_', on.accu, on.list(on.ident(on.variable(0))));
  return on.fold(1, { init: on.list(), condition: on.literal(true), step: filtered(on, 1, true, append) });
};

/** A map of what the last argument makes of each element: a value under the same key, or an entry of its own. */
const toMap =
  (isFiltered: boolean, makesEntries: boolean): Macro =>
  (on) => {
    const made = on.arg(isFiltered ? 3 : 2);
    const insert = makesEntries
      ? on.invoke('cel.@mapInsert', on.accu, made)
      : on.invoke('cel.@mapInsert', on.accu, on.ident(on.variable(0)), made);
    return on.fold(2, { init: on.map(), condition: on.literal(true), step: filtered(on, 2, isFiltered, insert) });
  };

const filtered = (on: Expansion, at: number, isFiltered: boolean, step: Expr): Expr =>
  isFiltered ? on.invoke('_?_:_', on.arg(at), step, on.accu) : step;

/** `a.optMap(x, e)`: what `e` makes of the value, if there is one. */
const optionalMap =
  (wraps: boolean): Macro =>
  (on) => {
    const value: Fold = {
      kind: 'fold',
      range: on.list(),
      variable: '#unused',
      accu: on.variable(0),
      init: on.method('value', on.target),
      condition: on.literal(false),
      step: on.ident(on.variable(0)),
      result: on.arg(1),
      position: on.call.position,
    };
    const made = wraps ? on.invoke('optional.of', value) : value;
    return on.invoke('_?_:_', on.method('hasValue', on.target), made, on.invoke('optional.none'));
  };

/** By name and count of arguments; those with a dot are called on something. */
const MACROS: ReadonlyMap<string, Macro> = new Map([
  ['has/1', has],
  ['.all/2', all(1)],
  ['.all/3', all(2)],
  ['.exists/2', exists(1)],
  ['.exists/3', exists(2)],
  ['.exists_one/2', existsOne(1)],
  ['.exists_one/3', existsOne(2)],
  ['.existsOne/3', existsOne(2)],
  ['.map/2', toList(1, false)],
  ['.map/3', toList(1, true)],
  ['.filter/2', filter],
  ['.transformList/3', toList(2, false)],
  ['.transformList/4', toList(2, true)],
  ['.transformMap/3', toMap(false, false)],
  ['.transformMap/4', toMap(true, false)],
  ['.transformMapEntry/3', toMap(false, true)],
  ['.transformMapEntry/4', toMap(true, true)],
  ['.optMap/2', optionalMap(true)],
  ['.optFlatMap/2', optionalMap(false)],
]);
