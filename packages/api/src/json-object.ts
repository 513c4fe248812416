import type { Json, JsonObject } from './object.js';

/** Whether a JSON value is an object: not null, not a list. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
