/** Characters of all warnings of an answer, and of one where they are more (apiserver filters/warning.go). */
const TOTAL = 4096;
const ITEM = 256;

/** `Warning` headers for sentences; what does not fit into an answer's head is cut, then left out. */
export function warningHeaders(sentences: readonly string[]): string[] {
  const headers: string[] = [];
  let total = 0;
  for (const sentence of sentences) {
    const text = total + sentence.length > TOTAL ? sentence.slice(0, ITEM) : sentence;
    total += text.length;
    if (total > TOTAL) break;
    headers.push(`299 - ${quoted(text)}`);
  }
  return headers;
}

/** A quoted-string of HTTP: one line, with quotes and backslashes marked. */
function quoted(text: string): string {
  return `"${text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/(["\\])/g, '\\$1')}"`;
}
