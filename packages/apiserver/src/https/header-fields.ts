import type { ApiRequest } from '@drover/api';

/**
 * Fields as they were sent, names and values in turn. Node would join those that are repeated with commas, and a group of a name
 * with a comma would become two; and it fails over names that every object has, such as `constructor`.
 */
export function headerFields(raw: readonly unknown[]): ApiRequest['headers'] {
  const fields = new Map<string, string | readonly string[]>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = String(raw[index]).toLowerCase();
    const value = String(raw[index + 1]);
    const before = fields.get(name);
    if (before === undefined) fields.set(name, value);
    else fields.set(name, typeof before === 'string' ? [before, value] : [...before, value]);
  }
  return Object.fromEntries(fields);
}
