import { CompileError, type Issue } from './source-error.js';
import { CelUint, type CelValue } from './value.js';

/** A word of an expression. */
export interface Token {
  readonly kind: 'ident' | 'literal' | 'symbol' | 'end';
  readonly text: string;
  readonly position: number;
  /** Of a literal. */
  readonly value?: CelValue;
}

const SYMBOLS = ['==', '!=', '<=', '>=', '&&', '||', ...'<>!+-*/%?:.,()[]{}'];
const SPACE = /(?:[ \t\r\n\f]|\/\/[^\n]*)+/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0[xX][0-9a-fA-F]+[uU]?|(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|\d+[uU]?/y;
const ESCAPE = String.raw`\\(?:[abfnrtv\\'"\x60?]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`;
const STRING = new RegExp(
  String.raw`[bB]?(?:"""((?:[^\\]|${ESCAPE})*?)"""|'''((?:[^\\]|${ESCAPE})*?)'''|"((?:[^"\\\r\n]|${ESCAPE})*)"|'((?:[^'\\\r\n]|${ESCAPE})*)')`,
  'y',
);
/** What the reading of a word takes before it finds that it is none: the rest of a text without an end, one half of a pair. */
const STRANGE = new RegExp(
  String.raw`"(?:[^"\\\r\n]|${ESCAPE})*\\?[\s\S]?|'(?:[^'\\\r\n]|${ESCAPE})*\\?[\s\S]?|[&|=][\s\S]?|[\s\S]`,
  'y',
);
const RAW_STRING = /[bB]?[rR][bB]?(?:"""([\s\S]*?)"""|'''([\s\S]*?)'''|"([^"\r\n]*)"|'([^'\r\n]*)')/y;
const WORDS: Readonly<Record<string, CelValue>> = { true: true, false: false, null: null };

/** The words of a text, and what in it is none. */
export interface Words {
  readonly tokens: readonly Token[];
  readonly issues: readonly Issue[];
}

/** Reads the words of a text. @throws CompileError for a literal that has no value. */
export function wordsOf(source: string): Words {
  const tokens: Token[] = [];
  const issues: Issue[] = [];
  let position = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    return pattern.exec(source);
  };
  while (position < source.length) {
    const space = match(SPACE);
    const token = space ? undefined : read(source, position, match);
    if (token) tokens.push(token);
    const strange = space || token ? undefined : (match(STRANGE)?.[0] ?? '');
    if (strange !== undefined)
      issues.push({ position, message: `Syntax error: token recognition error at: '${strange}'` });
    position += (space?.[0] ?? token?.text ?? strange ?? '').length;
  }
  return { tokens, issues };
}

function read(source: string, position: number, match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const raw = match(RAW_STRING);
  if (raw) return { kind: 'literal', text: raw[0], position, value: stringValue(raw[0], bodyOf(raw.slice(1))) };
  const quoted = match(STRING);
  if (quoted) {
    const value = unescaped(source, position, bodyOf(quoted.slice(1)), /^[bB]/.test(quoted[0]));
    return { kind: 'literal', text: quoted[0], position, value };
  }
  const number = match(NUMBER);
  if (number) return { kind: 'literal', text: number[0], position, value: numberValue(source, position, number[0]) };
  const ident = match(IDENT);
  if (ident) {
    const text = ident[0];
    return Object.hasOwn(WORDS, text)
      ? { kind: 'literal', text, position, value: WORDS[text] ?? null }
      : { kind: 'ident', text, position };
  }
  const symbol = SYMBOLS.find((text) => source.startsWith(text, position));
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol, position };
}

const bodyOf = (groups: readonly (string | undefined)[]): string => groups.find((group) => group !== undefined) ?? '';

const stringValue = (token: string, body: string): CelValue =>
  /^[rR]?[bB]/.test(token) ? new TextEncoder().encode(body) : body;

function numberValue(source: string, position: number, text: string): CelValue {
  if (/^(0[xX]|\d+[uU]?$)/.test(text)) {
    const isUnsigned = /[uU]$/.test(text);
    const amount = BigInt(isUnsigned ? text.slice(0, -1) : text);
    if (isUnsigned) {
      if (amount < 1n << 64n) return new CelUint(amount);
      throw fault(source, position, 'invalid uint literal');
    }
    // One more than the largest: the parser makes the smallest of it after a minus.
    if (amount <= 1n << 63n) return amount;
    throw fault(source, position, 'invalid int literal');
  }
  const double = Number(text);
  if (Number.isFinite(double)) return double;
  throw fault(source, position, 'invalid double literal');
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '`': '`',
  '?': '?',
};

function unescaped(source: string, position: number, body: string, isBytes: boolean): CelValue {
  const parts: Buffer[] = [];
  const sequence = /\\(?:([xX][0-9a-fA-F]{2})|(u[0-9a-fA-F]{4})|(U[0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))|[^\\]+/g;
  for (const [whole, hex, short, long, octal, simple] of body.matchAll(sequence)) {
    const code = hex ?? short ?? long;
    if (code !== undefined || octal !== undefined) {
      const point = code === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(code.slice(1), 16);
      const isByte = hex !== undefined || octal !== undefined;
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000) || (isBytes && !isByte))
        throw fault(source, position, 'invalid unicode code point');
      parts.push(isBytes ? Buffer.from([point]) : Buffer.from(String.fromCodePoint(point)));
    } else parts.push(Buffer.from(simple === undefined ? whole : (SIMPLE_ESCAPES[simple] ?? '')));
  }
  const bytes = Buffer.concat(parts);
  return isBytes ? new Uint8Array(bytes) : bytes.toString();
}

const fault = (source: string, position: number, message: string): CompileError =>
  new CompileError(source, [{ position, message }]);
