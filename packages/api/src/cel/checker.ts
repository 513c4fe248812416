import { isAssignable, renamed, Substitution, substituted } from './assignable.js';
import type { Functions, Overload } from './declaration.js';
import type { Call, Expr, Fold, Ident, ListExpr, MapExpr, Select } from './expr.js';
import { CompileError, type Issue } from './source-error.js';
import {
  BOOL,
  type CelType,
  DYN,
  isSameType,
  listOf,
  mapOf,
  opaque,
  optionalOf,
  STRING,
  scalar,
  typeText,
  unwrapped,
} from './type.js';
import { CelUint, type CelValue } from './value.js';

/** An expression whose types are known. */
export interface Checked {
  readonly expr: Expr;
  readonly type: CelType;
  typeOf(expr: Expr): CelType;
  /** What a call may mean: one overload, or several where only the values will tell. */
  overloadsOf(call: Call): readonly Overload[];
  /** The variable that a chain of names is: its own name has dots. */
  variableOf(select: Select): string | undefined;
  /** The names of the variables it asks for. */
  readonly references: ReadonlySet<string>;
}

/** Names of types, which are values too: `type(x) == int`. */
export const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ['bool', BOOL],
  ['int', scalar('int')],
  ['uint', scalar('uint')],
  ['double', scalar('double')],
  ['string', STRING],
  ['bytes', scalar('bytes')],
  ['null_type', scalar('null')],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['type', { kind: 'type', of: DYN }],
  ['dyn', DYN],
  ['optional_type', optionalOf(DYN)],
  ['google.protobuf.Timestamp', scalar('timestamp')],
  ['google.protobuf.Duration', scalar('duration')],
  ['net.IP', opaque('net.IP')],
  ['net.CIDR', opaque('net.CIDR')],
]);

/** Finds the type of each part. @throws CompileError with all that is wrong. */
export function check(
  source: string,
  expr: Expr,
  variables: ReadonlyMap<string, CelType>,
  functions: Functions,
): Checked {
  const checker = new Checker(variables, functions);
  const type = checker.visit(expr);
  if (checker.issues.length > 0) throw new CompileError(source, checker.issues);
  return {
    expr,
    type: checker.final(type),
    typeOf: (node) => checker.typeOf(node),
    overloadsOf: (call) => checker.overloads.get(call) ?? [],
    variableOf: (select) => checker.qualified.get(select),
    references: checker.references,
  };
}

/** What a variable may be in, innermost first. */
interface Scope {
  readonly name: string;
  readonly type: CelType;
  readonly outer: Scope | undefined;
}

class Checker {
  readonly issues: Issue[] = [];
  readonly overloads = new Map<Call, readonly Overload[]>();
  readonly qualified = new Map<Select, string>();
  readonly references = new Set<string>();
  readonly #types = new Map<Expr, CelType>();
  readonly #variables: ReadonlyMap<string, CelType>;
  readonly #functions: Functions;
  readonly #bound = new Substitution();
  #scope: Scope | undefined;
  #fresh = 0;

  constructor(variables: ReadonlyMap<string, CelType>, functions: Functions) {
    this.#variables = variables;
    this.#functions = functions;
  }

  /** The type of a part, found once: a macro may have put it in two places, where the same variables are known. */
  visit(expr: Expr): CelType {
    let type = this.#types.get(expr);
    if (!type) {
      type = this.#typed(expr);
      this.#types.set(expr, type);
    }
    return type;
  }

  typeOf(expr: Expr): CelType {
    return this.final(this.#types.get(expr) ?? DYN);
  }

  /** The type with nothing left open. */
  final(type: CelType): CelType {
    return substituted(this.#bound, type, DYN);
  }

  #typed(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.#ident(expr);
      case 'select':
        return this.#select(expr);
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

  #ident({ name, position }: Ident): CelType {
    for (let scope = this.#scope; scope; scope = scope.outer) if (scope.name === name) return scope.type;
    const type = this.#variables.get(name);
    if (type) {
      this.references.add(name);
      return type;
    }
    const named = TYPE_NAMES.get(name);
    if (named) return { kind: 'type', of: named };
    return this.#fault(position, `undeclared reference to '${name}' (in container '')`);
  }

  #select(select: Select): CelType {
    const { operand, field, testOnly, position } = select;
    const name = testOnly ? undefined : qualifiedName(operand, field);
    const variable = name === undefined ? undefined : this.#variables.get(name);
    if (name !== undefined && variable && !this.#isLocal(name)) {
      this.qualified.set(select, name);
      this.references.add(name);
      return variable;
    }
    const named = name === undefined ? undefined : TYPE_NAMES.get(name);
    if (name !== undefined && named && !this.#hasVariable(name)) {
      this.qualified.set(select, name);
      return { kind: 'type', of: named };
    }
    const type = this.#fieldType(this.visit(operand), field, position);
    return testOnly ? BOOL : type;
  }

  #fieldType(operand: CelType, field: string, position: number): CelType {
    const type = substituted(this.#bound, operand);
    const inner = unwrapped(type);
    if (inner) return optionalOf(this.#fieldType(inner, field, position));
    if (type.kind === 'map') return type.value;
    if (type.kind === 'dyn') return DYN;
    if (type.kind === 'parameter') {
      this.#bound.bind(type.name, DYN);
      return DYN;
    }
    if (type.kind === 'object') return type.field(field) ?? this.#fault(position, `undefined field '${field}'`);
    return this.#fault(position, `type '${typeText(type)}' does not support field selection`);
  }

  #call(call: Call): CelType {
    if (call.name === '_?._') return this.#optionalSelect(call);
    if (call.name === '_&&_' || call.name === '_||_') return this.#logical(call);
    const qualified = call.target && qualifiedName(call.target, call.name);
    if (qualified !== undefined && !this.#hasVariable(qualified) && this.#functions.has(qualified))
      return this.#resolve(call, qualified, call.args, false);
    const args = call.target ? [call.target, ...call.args] : call.args;
    return this.#resolve(call, call.name, args, call.target !== undefined);
  }

  #logical(call: Call): CelType {
    for (const arg of call.args) this.#expect(arg, BOOL);
    this.overloads.set(call, this.#functions.get(call.name) ?? []);
    return BOOL;
  }

  /** Whether a qualified name begins with a variable, and so is no function's. */
  #hasVariable(qualified: string): boolean {
    return this.#isLocal(qualified) || this.#variables.has(qualified.split('.')[0] ?? '');
  }

  /** Whether a qualified name begins with a variable of a macro. */
  #isLocal(qualified: string): boolean {
    const [name] = qualified.split('.');
    for (let scope = this.#scope; scope; scope = scope.outer) if (scope.name === name) return true;
    return false;
  }

  #optionalSelect(call: Call): CelType {
    const [operand, field] = call.args;
    if (operand === undefined || field?.kind !== 'literal') return DYN;
    this.overloads.set(call, this.#functions.get(call.name) ?? []);
    const type = substituted(this.#bound, this.visit(operand));
    return optionalOf(this.#fieldType(unwrapped(type) ?? type, String(field.value), call.position));
  }

  #resolve(call: Call, name: string, args: readonly Expr[], isMember: boolean): CelType {
    const overloads = this.#functions.get(name);
    if (!overloads) {
      for (const arg of args) this.visit(arg);
      return this.#fault(call.position, `undeclared reference to '${name}' (in container '')`);
    }
    const types = args.map((arg) => this.visit(arg));
    const fitting: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== isMember || overload.parameters.length !== types.length) continue;
      const suffix = `#${++this.#fresh}`;
      const fits = this.#bound.attempt((bound) =>
        overload.parameters.every((to, index) => isAssignable(bound, renamed(to, suffix), types[index] ?? DYN)),
      );
      if (!fits) continue;
      fitting.push(overload);
      const type = substituted(this.#bound, renamed(overload.result, suffix));
      result = result === undefined || isSameType(result, type) ? type : DYN;
    }
    this.overloads.set(call, fitting);
    if (result) return result;
    const shown = types.map((type) => typeText(substituted(this.#bound, type, DYN)));
    const [target, ...rest] = shown;
    const applied = isMember ? `${target}.(${rest.join(', ')})` : `(${shown.join(', ')})`;
    return this.#fault(call.position, `found no matching overload for '${name}' applied to '${applied}'`);
  }

  #list({ elements, optional }: ListExpr): CelType {
    let element: CelType | undefined;
    for (const [index, part] of elements.entries()) {
      const type = this.visit(part);
      element = this.#joined(element, optional.has(index) ? this.#inside(part, type) : type);
    }
    return listOf(element ?? this.#open());
  }

  #map({ entries }: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of entries) {
      key = this.#joined(key, this.visit(entry.key));
      const type = this.visit(entry.value);
      value = this.#joined(value, entry.optional ? this.#inside(entry.value, type) : type);
    }
    return mapOf(key ?? this.#open(), value ?? this.#open());
  }

  /** What an element given as optional holds. */
  #inside({ position }: Expr, type: CelType): CelType {
    const here = substituted(this.#bound, type);
    if (here.kind === 'dyn') return DYN;
    return unwrapped(here) ?? this.#fault(position, `expected type 'optional_type(dyn)' but found '${typeText(here)}'`);
  }

  /** The type of elements of both types: whether they may differ is not decided here. */
  #joined(before: CelType | undefined, type: CelType): CelType {
    if (!before) return type;
    if (!this.#bound.attempt((bound) => isAssignable(bound, before, type))) return DYN;
    return type.kind === 'dyn' ? type : before;
  }

  #fold(fold: Fold): CelType {
    const range = substituted(this.#bound, this.visit(fold.range));
    const accuType = this.visit(fold.init);
    const outer = this.#scope;
    const element = this.#elementType(range, fold);
    this.#declare(fold.accu, accuType);
    const withAccu = this.#scope;
    this.#declare(fold.variable, element);
    this.#expect(fold.condition, BOOL);
    this.#expect(fold.step, accuType);
    this.#scope = withAccu;
    const result = this.visit(fold.result);
    this.#scope = outer;
    return result;
  }

  #declare(name: string, type: CelType): void {
    this.#scope = { name, type, outer: this.#scope };
  }

  #elementType(range: CelType, fold: Fold): CelType {
    if (range.kind === 'list') return range.element;
    if (range.kind === 'map') return range.key;
    if (range.kind === 'dyn') return DYN;
    if (range.kind === 'parameter') {
      this.#bound.bind(range.name, DYN);
      return DYN;
    }
    const message = `expression of type '${typeText(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    return this.#fault(fold.range.position, message);
  }

  #expect(expr: Expr, wanted: CelType): void {
    const type = this.visit(expr);
    if (this.#bound.attempt((bound) => isAssignable(bound, wanted, type))) return;
    const [to, from] = [this.final(wanted), this.final(type)].map(typeText);
    this.#fault(expr.position, `expected type '${to}' but found '${from}'`);
  }

  #open(): CelType {
    return { kind: 'parameter', name: `_#${++this.#fresh}` };
  }

  /** Keeps the issue; what it was found in may be anything, so that one mistake is told once. */
  #fault(position: number, message: string): CelType {
    this.issues.push({ position, message });
    return DYN;
  }
}

function literalType(value: CelValue): CelType {
  if (value === null) return scalar('null');
  if (value instanceof CelUint) return scalar('uint');
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return scalar('int');
    case 'number':
      return scalar('double');
    case 'string':
      return STRING;
    default:
      return scalar('bytes');
  }
}

/** `sets.contains`: what a call on a chain of names may be called. */
export function qualifiedName(target: Expr, name: string): string | undefined {
  if (target.kind === 'ident') return `${target.name}.${name}`;
  if (target.kind !== 'select' || target.testOnly) return undefined;
  const prefix = qualifiedName(target.operand, target.field);
  return prefix === undefined ? undefined : `${prefix}.${name}`;
}
