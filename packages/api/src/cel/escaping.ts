/** Words of the language that are no field names (apiserver cel/escaping). */
const KEYWORDS = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import'],
  ...['let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/**
 * The field that expressions ask for by a name, among those of an object: by its escaped name, or, for a word of the
 * language, by the word itself where it can be read as a name.
 */
export function fieldNamed(asked: string, fields: Iterable<string>): string | undefined {
  let word: string | undefined;
  for (const field of fields) {
    if (escapedName(field) === asked) return field;
    if (field === asked && KEYWORDS.has(field)) word = field;
  }
  return word;
}

/** The name by which expressions ask for a field; `undefined` for a name that cannot be written as one. */
export function escapedName(name: string): string | undefined {
  if (KEYWORDS.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined;
  return name.replaceAll(/__|[./-]/g, (part) => ESCAPES[part] ?? part);
}
