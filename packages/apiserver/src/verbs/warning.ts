import type { ApiResponse } from '@drover/api';

/** Characters of all warnings of an answer, and of one where they are more (apiserver filters/warning.go). */
const TOTAL = 4096;
const ITEM = 256;

/** An answer that tells the caller these sentences. */
export function withWarnings(response: ApiResponse, sentences: readonly string[]): ApiResponse {
  if (sentences.length === 0) return response;
  return { ...response, headers: { ...response.headers, warning: warningHeaders(sentences) } };
}

/** `Warning` headers for sentences; what does not fit into an answer's head is cut, then left out. */
function warningHeaders(sentences: readonly string[]): string[] {
  const headers: string[] = [];
  let total = 0;
  for (const sentence of sentences) {
    const text = total + sentence.length > TOTAL ? sentence.slice(0, ITEM) : sentence;
    total += text.length;
    if (total > TOTAL) break;
    headers.push(Buffer.from(`299 - ${quoted(text)}`).toString('latin1'));
  }
  return headers;
}

/** A quoted-string of HTTP: one line, with quotes and backslashes marked. Its characters stand for the bytes of UTF-8. */
function quoted(text: string): string {
  return `"${text.replace(/[\p{Cc}]+/gu, ' ').replace(/(["\\])/g, '\\$1')}"`;
}
