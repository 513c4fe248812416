import { dyn, global, int, type Library, list, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { STRING } from '../type.js';
import { ArrayList, type CelList } from '../value.js';
import { partsWithin } from './bounded-text.js';
import { formatted } from './string-format.js';
import { trimmed } from './white-space.js';

const INT = int.type;
const strings = list(string);

/** The text's characters: positions count these. */
const charactersOf = (text: string): readonly string[] => (/^[\0-\x7f]*$/.test(text) ? text.split('') : [...text]);

function charAt(text: string, at: bigint): string {
  const characters = charactersOf(text);
  if (at < 0 || at > characters.length) throw new EvaluationError(`index out of range: ${at}`);
  return characters[Number(at)] ?? '';
}

/** Positions of characters, of a text whose units are found by the engine. */
const position = (text: string, unit: number): bigint =>
  BigInt(unit < 0 ? -1 : charactersOf(text.slice(0, unit)).length);

function indexOf(text: string, part: string, from = 0n): bigint {
  const characters = charactersOf(text);
  if (from < 0 || from > characters.length) throw new EvaluationError(`index out of range: ${from}`);
  const skipped = characters.slice(0, Number(from)).join('').length;
  return position(text, text.indexOf(part, skipped));
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const characters = charactersOf(text);
  if (from === undefined) return position(text, text.lastIndexOf(part));
  if (from < 0 || from > characters.length) throw new EvaluationError(`index out of range: ${from}`);
  return position(text, text.lastIndexOf(part, characters.slice(0, Number(from)).join('').length));
}

function joined(values: CelList, separator = ''): string {
  return partsWithin(textsOf(values), separator).join(separator);
}

function* textsOf(values: CelList): Generator<string> {
  for (const value of values) {
    if (typeof value !== 'string') throw new EvaluationError('no such overload');
    yield value;
  }
}

function replaced(text: string, from: string, to: string, limit: bigint): string {
  const parts = from === '' ? ['', ...charactersOf(text), ''] : text.split(from);
  const count = limit < 0n || limit > parts.length ? parts.length - 1 : Number(limit);
  const head = partsWithin(parts.slice(0, count + 1), to).join(to);
  const rest = parts.slice(count + 1);
  return rest.length === 0 ? head : `${head}${from}${rest.join(from)}`;
}

function split(text: string, separator: string, limit: bigint): CelList {
  if (limit === 0n) return new ArrayList([]);
  const parts = separator === '' ? [...charactersOf(text)] : text.split(separator);
  if (limit < 0n || parts.length <= limit) return new ArrayList(parts);
  const kept = parts.slice(0, Number(limit) - 1);
  return new ArrayList([...kept, parts.slice(Number(limit) - 1).join(separator)]);
}

function substring(text: string, from: bigint, to?: bigint): string {
  const characters = charactersOf(text);
  const end = to ?? BigInt(characters.length);
  if (to !== undefined && from > to) throw new EvaluationError(`invalid substring range. start: ${from}, end: ${to}`);
  if (from < 0 || from > characters.length) throw new EvaluationError(`index out of range: ${from}`);
  if (end < 0 || end > characters.length) throw new EvaluationError(`index out of range: ${end}`);
  return characters.slice(Number(from), Number(end)).join('');
}

const lowerAscii = (text: string): string => text.replaceAll(/[A-Z]+/g, (part) => part.toLowerCase());
const upperAscii = (text: string): string => text.replaceAll(/[a-z]+/g, (part) => part.toUpperCase());

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

const quoted = (text: string): string =>
  `"${charactersOf(text)
    .map((character) => ESCAPES[character] ?? character)
    .join('')}"`;

/** cel-go's further functions on text, second version. */
export const STRINGS: Library = [
  ['charAt', [member('string_char_at_int', [string, int], STRING, charAt)]],
  [
    'indexOf',
    [
      member('string_index_of_string', [string, string], INT, (text, part) => indexOf(text, part)),
      member('string_index_of_string_int', [string, string, int], INT, indexOf),
    ],
  ],
  [
    'lastIndexOf',
    [
      member('string_last_index_of_string', [string, string], INT, (text, part) => lastIndexOf(text, part)),
      member('string_last_index_of_string_int', [string, string, int], INT, lastIndexOf),
    ],
  ],
  [
    'join',
    [
      member('list_join', [strings], STRING, (values) => joined(values)),
      member('list_join_string', [strings, string], STRING, joined),
    ],
  ],
  ['lowerAscii', [member('string_lower_ascii', [string], STRING, lowerAscii)]],
  ['upperAscii', [member('string_upper_ascii', [string], STRING, upperAscii)]],
  [
    'replace',
    [
      member('string_replace_string_string', [string, string, string], STRING, (text, from, to) =>
        replaced(text, from, to, -1n),
      ),
      member('string_replace_string_string_int', [string, string, string, int], STRING, replaced),
    ],
  ],
  [
    'split',
    [
      member('string_split_string', [string, string], strings.type, (text, separator) => split(text, separator, -1n)),
      member('string_split_string_int', [string, string, int], strings.type, split),
    ],
  ],
  [
    'substring',
    [
      member('string_substring_int', [string, int], STRING, (text, from) => substring(text, from)),
      member('string_substring_int_int', [string, int, int], STRING, substring),
    ],
  ],
  ['trim', [member('string_trim', [string], STRING, (text) => trimmed(text))]],
  ['strings.quote', [global('strings_quote', [string], STRING, quoted)]],
  [
    'format',
    [member('string_format', [string, list(dyn)], STRING, (pattern, values) => formatted(pattern, [...values]))],
  ],
];
