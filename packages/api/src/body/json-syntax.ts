/**
 * Why a text is no JSON, in the words of Go's `encoding/json`; `undefined` when it is JSON. Texts are read from their start up to
 * the first fault.
 */
export function jsonSyntaxFault(text: string): string | undefined {
  try {
    new Scanner(text).document();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
}

class Fault extends Error {}

const END = new Fault('unexpected end of JSON input');
/** Deeper than any body that is taken. */
const MAX_DEPTH = 1000;

class Scanner {
  #at = 0;

  constructor(readonly text: string) {}

  document(): void {
    this.#value(0);
    this.#space();
    if (this.#at < this.text.length) throw this.#fault('after top-level value');
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) throw new Fault('exceeded max depth');
    this.#space();
    const next = this.#peek();
    if (next === '{') this.#object(depth);
    else if (next === '[') this.#array(depth);
    else if (next === '"') this.#string();
    else if (next === '-' || /\d/.test(next)) this.#number();
    else this.#word(next);
  }

  #word(next: string): void {
    const word = ['true', 'false', 'null'].find((literal) => literal[0] === next);
    if (word === undefined) throw this.#fault('looking for beginning of value');
    for (const [index, letter] of [...word].entries()) {
      if (this.#peek() !== letter) throw this.#fault(`in literal ${word} (expecting ${quoted(word[index] ?? '')})`);
      this.#at += 1;
    }
  }

  #object(depth: number): void {
    this.#at += 1;
    this.#space();
    if (this.#peek() === '}') {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#space();
      if (this.#peek() !== '"') throw this.#fault('looking for beginning of object key string');
      this.#string();
      this.#space();
      if (this.#peek() !== ':') throw this.#fault('after object key');
      this.#at += 1;
      this.#value(depth + 1);
      this.#space();
      const next = this.#peek();
      if (next !== ',' && next !== '}') throw this.#fault('after object key:value pair');
      this.#at += 1;
      if (next === '}') return;
    }
  }

  #array(depth: number): void {
    this.#at += 1;
    this.#space();
    if (this.#peek() === ']') {
      this.#at += 1;
      return;
    }
    for (;;) {
      this.#value(depth + 1);
      this.#space();
      const next = this.#peek();
      if (next !== ',' && next !== ']') throw this.#fault('after array element');
      this.#at += 1;
      if (next === ']') return;
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const next = this.#peek();
      if (next < ' ') throw this.#fault('in string literal');
      this.#at += 1;
      if (next === '"') return;
      if (next !== '\\') continue;
      const escaped = this.#peek();
      if (!'"\\/bfnrtu'.includes(escaped)) throw this.#fault('in string escape code');
      this.#at += 1;
      if (escaped !== 'u') continue;
      for (let digit = 0; digit < 4; digit += 1) {
        if (!/[0-9a-fA-F]/.test(this.#peek())) throw this.#fault('in \\u hexadecimal character escape');
        this.#at += 1;
      }
    }
  }

  #number(): void {
    if (this.#peek() === '-') this.#at += 1;
    if (!/\d/.test(this.#peek())) throw this.#fault('in numeric literal');
    if (this.#peek() === '0') this.#at += 1;
    else this.#digits();
    if (this.text[this.#at] === '.') {
      this.#at += 1;
      if (!/\d/.test(this.#peek())) throw this.#fault('after decimal point in numeric literal');
      this.#digits();
    }
    if (/[eE]/.test(this.text[this.#at] ?? '')) {
      this.#at += 1;
      if (/[+-]/.test(this.#peek())) this.#at += 1;
      if (!/\d/.test(this.#peek())) throw this.#fault('in exponent of numeric literal');
      this.#digits();
    }
  }

  #digits(): void {
    while (/\d/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.text[this.#at] ?? '')) this.#at += 1;
  }

  #peek(): string {
    const next = this.text[this.#at];
    if (next === undefined) throw END;
    return next;
  }

  #fault(where: string): Fault {
    return new Fault(`invalid character ${quoted(this.text[this.#at] ?? '')} ${where}`);
  }
}

/** A character as Go tells it in such messages. */
function quoted(character: string): string {
  if (character === "'") return `'\\''`;
  if (character === '"') return `'"'`;
  return `'${JSON.stringify(character).slice(1, -1)}'`;
}
