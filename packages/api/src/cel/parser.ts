import { type Expr, isDeeperThan } from './expr.js';
import { type Token, wordsOf } from './lexer.js';
import { expandMacro } from './macros.js';
import { CompileError, type Issue } from './source-error.js';
import type { CelValue } from './value.js';

/** How deep an expression may be nested, by parentheses and by chains of operators and links (cel-go's limit on its own recursion). */
const MAX_DEPTH = 250;
/** The longest expression that is read, in UTF-16 units (cel-go's limit counts code points). */
const MAX_LENGTH = 100_000;

/** Words that are no names (the language's specification). */
const RESERVED = new Set([
  ...['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while'],
]);

const CLOSING = new Set([')', ']', '}']);

/** Operators of two operands, by how strongly they bind. */
const LEVELS: readonly Readonly<Record<string, string>>[] = [
  { '||': '_||_' },
  { '&&': '_&&_' },
  { '<': '_<_', '<=': '_<=_', '>': '_>_', '>=': '_>=_', '==': '_==_', '!=': '_!=_', in: '@in' },
  { '+': '_+_', '-': '_-_' },
  { '*': '_*_', '/': '_/_', '%': '_%_' },
];

/** Reads an expression, with its macros expanded. @throws CompileError that says where it is none. */
export function parse(source: string): Expr {
  if (source.length > MAX_LENGTH)
    throw new CompileError('', [
      { position: 0, message: `expression code point size exceeds limit: size: ${source.length}, limit ${MAX_LENGTH}` },
    ]);
  return new Parser(source).whole();
}

class Parser {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  readonly #strange: readonly Issue[];
  #next = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
    const { tokens, issues } = wordsOf(source);
    this.#tokens = tokens;
    this.#strange = issues;
    this.#end = { kind: 'end', text: '<EOF>', position: source.length };
  }

  whole(): Expr {
    const expr = this.#expr();
    const rest = this.#peek();
    if (rest.kind !== 'end') {
      this.#advance();
      const isLast = this.#peek().kind === 'end';
      throw this.#fault(
        rest.position,
        `Syntax error: ${isLast ? 'extraneous' : 'mismatched'} input '${rest.text}' expecting <EOF>`,
      );
    }
    if (this.#strange.length > 0) throw new CompileError(this.#source, this.#strange);
    if (isDeeperThan(MAX_DEPTH, expr)) throw this.#tooDeep();
    return expr;
  }

  #expr(): Expr {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#tooDeep();
    const condition = this.#binary(0);
    const mark = this.#take('?');
    let expr = condition;
    if (mark) {
      const yes = this.#binary(0);
      this.#expect(':');
      expr = { kind: 'call', name: '_?_:_', args: [condition, yes, this.#expr()], position: mark.position };
    }
    this.#depth -= 1;
    return expr;
  }

  #binary(level: number): Expr {
    const operators = LEVELS[level];
    if (!operators) return this.#unary();
    const first = this.#binary(level + 1);
    const rest: Operation[] = [];
    for (;;) {
      const mark = this.#peek();
      const name = mark.kind !== 'literal' && Object.hasOwn(operators, mark.text) ? operators[mark.text] : undefined;
      if (name === undefined) break;
      this.#advance();
      rest.push({ name, position: mark.position, right: this.#binary(level + 1) });
    }
    return level < 2 ? balanced(first, rest) : rest.reduce(applied, first);
  }

  #unary(): Expr {
    const token = this.#peek();
    if (token.kind !== 'symbol' || (token.text !== '!' && token.text !== '-')) return this.#member();
    let count = 0;
    while (this.#peek().kind === 'symbol' && this.#peek().text === token.text) {
      this.#advance();
      count += 1;
    }
    const operand = this.#peek();
    if (token.text === '-' && count % 2 === 1 && operand.kind === 'literal' && isNegatable(operand.value)) {
      this.#advance();
      return this.#members({ kind: 'literal', value: -operand.value, position: token.position });
    }
    const expr = this.#member();
    if (count % 2 === 0) return expr;
    return { kind: 'call', name: token.text === '!' ? '!_' : '-_', args: [expr], position: token.position };
  }

  #member(): Expr {
    return this.#members(this.#primary());
  }

  #members(first: Expr): Expr {
    let expr = first;
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'symbol') return expr;
      if (token.text === '.') expr = this.#selection(expr);
      else if (token.text === '[') expr = this.#index(expr);
      else return expr;
    }
  }

  #selection(operand: Expr): Expr {
    const dot = this.#advance();
    const isOptional = this.#take('?') !== undefined;
    const field = this.#peek();
    if (field.kind !== 'ident') throw this.#unexpected(field, 'IDENTIFIER');
    this.#advance();
    const open = isOptional ? undefined : this.#take('(');
    if (open) return this.#call(field, open, operand);
    if (field.text === 'in') throw this.#unexpected(field, 'IDENTIFIER');
    const { position } = dot;
    if (!isOptional) return { kind: 'select', operand, field: field.text, testOnly: false, position };
    const name: Expr = { kind: 'literal', value: field.text, position: field.position };
    return { kind: 'call', name: '_?._', args: [operand, name], position };
  }

  #index(operand: Expr): Expr {
    const open = this.#advance();
    const isOptional = this.#take('?') !== undefined;
    const key = this.#expr();
    this.#expect(']');
    return { kind: 'call', name: isOptional ? '_[?_]' : '_[_]', args: [operand, key], position: open.position };
  }

  #call(name: Token, open: Token, target?: Expr): Expr {
    const args = this.#sequence(')', () => this.#expr());
    const call = {
      kind: 'call',
      name: name.text,
      args,
      position: open.position,
      ...(target ? { target } : {}),
    } as const;
    return expandMacro(call, (position, message) => this.#fault(position, message)) ?? call;
  }

  #primary(): Expr {
    const token = this.#advance();
    const { position } = token;
    if (token.kind === 'literal') {
      const value = token.value ?? null;
      if (value === 1n << 63n) throw this.#fault(position, 'invalid int literal');
      return { kind: 'literal', value, position };
    }
    if (token.kind === 'ident' || token.text === '.') return this.#identOrCall(token);
    if (token.text === '(') {
      const inner = this.#expr();
      this.#expect(')');
      return inner;
    }
    if (token.text === '[') return this.#list(position);
    if (token.text === '{') return this.#map(position);
    throw this.#unexpected(
      token,
      "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
    );
  }

  #identOrCall(first: Token): Expr {
    const name = first.text === '.' ? this.#advance() : first;
    if (name.kind !== 'ident') throw this.#unexpected(name, 'IDENTIFIER');
    const open = this.#take('(');
    if (open) return this.#call(name, open);
    if (RESERVED.has(name.text)) throw this.#fault(name.position, `reserved identifier: ${name.text}`);
    if (this.#peek().text === '{' && this.#peek().kind === 'symbol')
      throw this.#fault(this.#peek().position, `undeclared reference to '${name.text}' (in container '')`);
    return { kind: 'ident', name: name.text, position: name.position };
  }

  #list(position: number): Expr {
    const optional = new Set<number>();
    const elements = this.#sequence(']', (index) => {
      if (this.#take('?')) optional.add(index);
      return this.#expr();
    });
    return { kind: 'list', elements, optional, position };
  }

  #map(position: number): Expr {
    const entries = this.#sequence('}', () => {
      const isOptional = this.#take('?') !== undefined;
      const key = this.#expr();
      this.#expect(':');
      return { key, value: this.#expr(), optional: isOptional };
    });
    return { kind: 'map', entries, position };
  }

  /** Parts between commas up to `end`, which may follow a comma in lists and maps. */
  #sequence<T>(end: string, part: (index: number) => T): T[] {
    const parts: T[] = [];
    while (!this.#take(end)) {
      if (parts.length > 0) {
        this.#expect(',');
        if (end !== ')' && this.#take(end)) break;
      }
      parts.push(part(parts.length));
    }
    return parts;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  #advance(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #take(symbol: string): Token | undefined {
    const token = this.#peek();
    return token.kind === 'symbol' && token.text === symbol ? this.#advance() : undefined;
  }

  #expect(symbol: string): void {
    if (this.#take(symbol)) return;
    const { kind, text, position } = this.#peek();
    if (CLOSING.has(symbol) && kind === 'end')
      throw this.#fault(position, `Syntax error: missing '${symbol}' at '${text}'`);
    throw this.#unexpected(this.#peek(), `'${symbol}'`);
  }

  #unexpected({ text, position }: Token, expected: string): CompileError {
    return this.#fault(position, `Syntax error: mismatched input '${text}' expecting ${expected}`);
  }

  #tooDeep(): CompileError {
    return this.#fault(0, `expression recursion limit exceeded: ${MAX_DEPTH}`);
  }

  #fault(position: number, message: string): CompileError {
    return new CompileError(this.#source, [...this.#strange, { position, message }]);
  }
}

const isNegatable = (value: CelValue | undefined): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

/** An operator and what stands on its right. */
interface Operation {
  readonly name: string;
  readonly position: number;
  readonly right: Expr;
}

const applied = (left: Expr, { name, position, right }: Operation): Expr => ({
  kind: 'call',
  name,
  args: [left, right],
  position,
});

/** `a && b && c && d` as a balanced tree, as cel-go makes it: a long chain is not a deep expression. */
function balanced(first: Expr, rest: readonly Operation[]): Expr {
  const middle = Math.floor(rest.length / 2);
  const pivot = rest[middle];
  if (!pivot) return first;
  const right = balanced(pivot.right, rest.slice(middle + 1));
  return applied(balanced(first, rest.slice(0, middle)), { ...pivot, right });
}
