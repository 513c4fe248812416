import { RE2JS } from 're2js';

/** How many compiled patterns are kept; the oldest goes when one more comes. */
const CAPACITY = 2_000;

const compiled = new Map<string, RE2JS>();

/**
 * Whether `text` contains a match of a pattern that a user wrote. RE2 is what Kubernetes means by a pattern, and it takes
 * time linear in the text, whatever the pattern.
 *
 * @throws RE2JSSyntaxException for a pattern that is none; definitions with such patterns are refused before.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  return compile(pattern).test(text);
}

/**
 * The parts of `text` that match, none overlapping another, at most `limit` of them.
 *
 * @throws RE2JSSyntaxException for a pattern that is none.
 */
export function foundByPattern(text: string, pattern: string, limit: number): string[] {
  const matcher = compile(pattern).matcher(text);
  const found: string[] = [];
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
  return found;
}

/** What is wrong with a pattern, or nothing. */
export function patternFault(pattern: string): string | undefined {
  try {
    compile(pattern);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function compile(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known) return known;
  const fresh = RE2JS.compile(pattern);
  const [oldest] = compiled.size >= CAPACITY ? compiled.keys() : [];
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(pattern, fresh);
  return fresh;
}
