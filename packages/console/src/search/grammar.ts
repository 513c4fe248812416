import { bytesOf } from '../format/size.js';

/** What a term compares its field with. */
export type Comparison = ':' | '=' | '>' | '>=' | '<' | '<=';

/** One word of a search: `web`, `state:running`, `cpu>=4`, `!node:edge-*`. */
export interface Term {
  readonly negated: boolean;
  /** Absent: any field. */
  readonly field?: string;
  readonly comparison: Comparison;
  readonly value: string;
}

/** What a row can be asked for: texts (any may match) or a number. */
export type FieldValue = string | number | readonly string[] | undefined;

/** The searchable fields of a row, by name. */
export type Fields<T> = Readonly<Record<string, (row: T) => FieldValue>>;

const TERM = /(!?)(?:([a-z][a-z0-9-]*)(>=|<=|[:=<>]))?("[^"]*"?|[^\s"]+)/gi;

/** Splits a search into its terms, all of which a row must fulfil. Anything is a valid search. */
export function parseSearch(text: string): Term[] {
  return [...text.matchAll(TERM)].flatMap(([, not, field, comparison, raw = '']) => {
    const value = raw.replaceAll('"', '');
    if (value === '') return [];
    return [
      {
        negated: not === '!',
        ...(field === undefined ? {} : { field: field.toLowerCase() }),
        comparison: (comparison ?? ':') as Comparison,
        value,
      },
    ];
  });
}

/**
 * Whether a row fulfils a search. `:` finds a part of a text, or the whole text with `*` standing for anything; `=` wants
 * the whole text; comparisons read sizes with units (`memory>=4Gi`). A field that the list does not have matches nothing.
 */
export function searcher<T>(search: string, fields: Fields<T>): (row: T) => boolean {
  const tests = parseSearch(search).map((term) => {
    const matches = matcher(term);
    const wanted = term.field === undefined ? Object.values(fields) : [fields[term.field]];
    return (row: T): boolean => wanted.some((read) => read !== undefined && matches(read(row))) !== term.negated;
  });
  return (row) => tests.every((test) => test(row));
}

function matcher({ comparison, value }: Term): (field: FieldValue) => boolean {
  const words = value.toLowerCase();
  if (comparison === ':' || comparison === '=') {
    const pattern = wildcard(words, comparison === '=');
    return (field) => texts(field).some(pattern);
  }
  const wanted = bytesOf(value);
  if (wanted === undefined) return () => false;
  return (field) => typeof field === 'number' && compare(field, comparison, wanted);
}

function wildcard(words: string, whole: boolean): (text: string) => boolean {
  if (!words.includes('*')) return whole ? (text) => text === words : (text) => text.includes(words);
  const parts = words.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop() ?? '';
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > text.length - last.length) return false;
      at = found + part.length;
    }
    return true;
  };
}

function texts(field: FieldValue): string[] {
  if (field === undefined) return [];
  const all = typeof field === 'object' ? field : [String(field)];
  return all.map((text) => text.toLowerCase());
}

function compare(a: number, comparison: '>' | '>=' | '<' | '<=', b: number): boolean {
  switch (comparison) {
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
  }
}
