import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';
import { FieldPath } from '../schema/field-path.js';

const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * The fields that a JSON text gives more than once, each by its path: `metadata.labels.a`. `value` is what the text was parsed
 * to. A text without any, as nearly all are, is only counted through.
 */
export function duplicateFields(text: string, value: Json): string[] {
  // Programs send what this writes, and nothing would be missing from it.
  if (JSON.stringify(value) === text.trimEnd()) return [];
  let keys = 0;
  for (const match of text.matchAll(STRINGS)) if (match[1] !== undefined) keys += 1;
  return keys === fieldCount(value) ? [] : new Reader(text).duplicates();
}

function fieldCount(value: Json): number {
  let count = 0;
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (isJsonObject(next)) count += Object.keys(next).length;
    for (const item of Object.values(next)) if (typeof item === 'object' && item !== null) open.push(item as Json);
  }
  return count;
}

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Reads the structure of a text that is known to be JSON. */
class Reader {
  readonly #tokens: string[];
  readonly #path = new FieldPath();
  readonly #found = new Set<string>();
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(TOKENS) ?? [];
  }

  duplicates(): string[] {
    this.#value();
    return [...this.#found];
  }

  #value(): void {
    const token = this.#take();
    if (token === '{') this.#object();
    else if (token === '[') this.#array();
  }

  #object(): void {
    const seen = new Set<string>();
    while (this.#tokens[this.#at] !== '}') {
      const key = JSON.parse(this.#take()) as string;
      this.#take();
      if (seen.has(key)) this.#found.add(this.#path.toString(key));
      seen.add(key);
      this.#path.push(key);
      this.#value();
      this.#path.pop();
      if (this.#tokens[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  #array(): void {
    for (let index = 0; this.#tokens[this.#at] !== ']'; index += 1) {
      this.#path.push(index);
      this.#value();
      this.#path.pop();
      if (this.#tokens[this.#at] === ',') this.#at += 1;
    }
    this.#at += 1;
  }

  #take(): string {
    const token = this.#tokens[this.#at] ?? 'null';
    this.#at += 1;
    return token;
  }
}
