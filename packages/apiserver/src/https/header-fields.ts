import type { ApiRequest } from '@drover/api';

/** Names of fields as most clients spell them. Lower-casing each anew would make a new string that no table knows. */
const USUAL = new Map(
  [
    'Accept',
    'Accept-Encoding',
    'Authorization',
    'Connection',
    'Content-Length',
    'Content-Type',
    'Host',
    'Transfer-Encoding',
    'User-Agent',
  ].flatMap((name) => [name, name.toLowerCase()].map((spelled) => [spelled, name.toLowerCase()])),
);

/**
 * Fields as they were sent, names and values in turn. Node would join those that are repeated with commas, and a group of a name
 * with a comma would become two; and it fails over names that every object has, such as `constructor`.
 */
export function headerFields(raw: readonly unknown[]): ApiRequest['headers'] {
  const fields: Record<string, string | readonly string[]> = {};
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const sent = String(raw[index]);
    const name = USUAL.get(sent) ?? sent.toLowerCase();
    const value = String(raw[index + 1]);
    const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (before !== undefined) fields[name] = typeof before === 'string' ? [before, value] : [...before, value];
    else if (name in fields) Object.defineProperty(fields, name, { value, writable: true, enumerable: true });
    else fields[name] = value;
  }
  return fields;
}
