/** What Unicode calls white space; none of it takes two units. */
const WHITE_SPACE = new Set([
  ...'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a',
  ...'\u2028\u2029\u202f\u205f\u3000',
]);
const isWhiteSpace = (unit: string): boolean => WHITE_SPACE.has(unit);

/** The text without the white space at both ends. `isSpace` is asked about what is cut off and the two units beside it. */
export function trimmed(text: string, isSpace = isWhiteSpace): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charAt(start))) start += 1;
  while (end > start && isSpace(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
