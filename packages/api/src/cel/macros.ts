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

  /** Goes through the target; the first argument names what is seen of each element. */
  fold(parts: Pick<Fold, 'init' | 'condition' | 'step'> & { result?: Expr }): Fold {
    const [variable, { position }] = [this.variable(0), this.call];
    return { kind: 'fold', range: this.target, variable, accu: ACCUMULATOR, result: this.accu, position, ...parts };
  }
}

type Macro = (expansion: Expansion) => Expr;

const has: Macro = (on) => {
  const arg = on.arg(0);
  if (arg.kind === 'select') return { ...arg, testOnly: true, position: on.call.position };
  throw on.fault(arg.position, 'invalid argument to has() macro');
};

const all: Macro = (on) =>
  on.fold({
    init: on.literal(true),
    condition: on.invoke('@not_strictly_false', on.accu),
    step: on.invoke('_&&_', on.accu, on.arg(1)),
  });

const exists: Macro = (on) =>
  on.fold({
    init: on.literal(false),
    condition: on.invoke('@not_strictly_false', on.invoke('!_', on.accu)),
    step: on.invoke('_||_', on.accu, on.arg(1)),
  });

const existsOne: Macro = (on) =>
  on.fold({
    init: on.literal(0n),
    condition: on.literal(true),
    step: on.invoke('_?_:_', on.arg(1), on.invoke('_+_', on.accu, on.literal(1n)), on.accu),
    result: on.invoke('_==_', on.accu, on.literal(1n)),
  });

/** A list of what `made` is for each element; with a filter, for each element that passes it. */
const toList = (on: Expansion, made: Expr, filter?: Expr): Expr => {
  const append = on.invoke('_+_', on.accu, on.list(made));
  const step = filter ? on.invoke('_?_:_', filter, append, on.accu) : append;
  return on.fold({ init: on.list(), condition: on.literal(true), step });
};

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
  ['.all/2', all],
  ['.exists/2', exists],
  ['.exists_one/2', existsOne],
  ['.map/2', (on) => toList(on, on.arg(1))],
  ['.map/3', (on) => toList(on, on.arg(2), on.arg(1))],
  ['.filter/2', (on) => toList(on, on.ident(on.variable(0)), on.arg(1))],
  ['.optMap/2', optionalMap(true)],
  ['.optFlatMap/2', optionalMap(false)],
]);
