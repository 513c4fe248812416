import { patternFault } from '../schema/pattern.js';
import type { Checked } from './checker.js';
import { EvaluationError } from './evaluation-error.js';
import type { Call, Expr, ListExpr } from './expr.js';
import { clausesOf, formatFault } from './library/string-format.js';
import { durationOf, timestampOf } from './library/time.js';
import type { Issue } from './source-error.js';
import { type CelType, isSameType, typeText, unwrapped } from './type.js';
import type { CelValue } from './value.js';

/**
 * What can be told of literals before anything runs: patterns and times that are none, lists and maps of several types,
 * formats that do not fit their values.
 */
export function literalIssues(checked: Checked): readonly Issue[] {
  const walk = new LiteralWalk(checked);
  walk.visit(checked.expr);
  return walk.issues;
}

class LiteralWalk {
  readonly issues: Issue[] = [];
  readonly #checked: Checked;
  /** A macro may have put a part in two places. */
  readonly #visited = new Set<Expr>();

  constructor(checked: Checked) {
    this.#checked = checked;
  }

  visit(expr: Expr): void {
    if (this.#visited.has(expr)) return;
    this.#visited.add(expr);
    switch (expr.kind) {
      case 'select':
        this.visit(expr.operand);
        break;
      case 'call':
        this.#call(expr);
        break;
      case 'list':
        this.#sameType(expr.elements.map((part, index) => this.#typed(part, expr.optional.has(index))));
        for (const element of expr.elements) this.visit(element);
        break;
      case 'map':
        this.#sameType(expr.entries.map(({ key }) => this.#typed(key, false)));
        this.#sameType(expr.entries.map(({ value, optional }) => this.#typed(value, optional)));
        for (const { key, value } of expr.entries) for (const part of [key, value]) this.visit(part);
        break;
      case 'fold':
        for (const part of [expr.range, expr.init, expr.condition, expr.step, expr.result]) this.visit(part);
        break;
      default:
    }
  }

  #typed(part: Expr, isOptional: boolean): { readonly part: Expr; readonly type: CelType } {
    const type = this.#checked.typeOf(part);
    return { part, type: isOptional ? (unwrapped(type) ?? type) : type };
  }

  #sameType([first, ...rest]: readonly { readonly part: Expr; readonly type: CelType }[]): void {
    const other = first && rest.find(({ type }) => !isSameType(type, first.type));
    if (!first || !other) return;
    const message = `expected type '${typeText(first.type)}' but found '${typeText(other.type)}'`;
    this.issues.push({ position: other.part.position, message });
  }

  #call(call: Call): void {
    const { target, args } = call;
    const [first] = args;
    const literal = first?.kind === 'literal' ? first : undefined;
    if (!target && literal && call.name === 'duration') this.#converts(call.name, literal, durationOf);
    if (!target && literal && call.name === 'timestamp') this.#converts(call.name, literal, timestampOf);
    const pattern = call.name === 'matches' ? args.at(-1) : undefined;
    if (pattern?.kind === 'literal' && typeof pattern.value === 'string' && patternFault(pattern.value) !== undefined)
      this.issues.push({ position: pattern.position, message: 'invalid matches argument' });
    if (target) this.visit(target);
    if (call.name === 'format' && target?.kind === 'literal' && first?.kind === 'list')
      this.#format(call, target.value, first);
    else for (const arg of args) this.visit(arg);
  }

  #converts(
    name: string,
    { value, position }: { value: CelValue; position: number },
    convert: (from: string) => unknown,
  ): void {
    try {
      if (typeof value === 'string') convert(value);
      else if (name === 'duration') throw new EvaluationError('no text');
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      this.issues.push({ position, message: `invalid ${name} argument` });
    }
  }

  /** The values of a format may be of several types; each has to fit its clause. */
  #format(call: Call, pattern: CelValue, { elements }: ListExpr): void {
    for (const element of elements) this.visit(element);
    if (typeof pattern !== 'string') return;
    const clauses = clausesOf(pattern);
    const tell = (message: string, { position }: Expr = call): unknown => this.issues.push({ position, message });
    for (const [index, clause] of clauses.entries()) {
      const element = elements[index];
      if (clause.fault !== undefined) return void tell(clause.fault);
      if (!element) return void tell(`index ${index} out of range`);
      const fault = formatFault(clause.verb, this.#checked.typeOf(element));
      if (fault !== undefined) return void tell(fault, element);
    }
    if (elements.length > clauses.length)
      tell(`too many arguments supplied to string.format (expected ${clauses.length}, got ${elements.length})`);
  }
}
