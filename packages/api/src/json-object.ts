import type { JsonObject } from './object.js';

/** Whether something that came as JSON is an object: not null, not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
