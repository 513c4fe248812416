import { badRequest } from '../errors.js';
import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';

/**
 * Refuses the key that JavaScript gives a meaning to: writing it would change what an object is, not what it holds.
 *
 * @throws ApiError BadRequest naming the key.
 */
export function refuseMagicKey(key: string): void {
  if (key === '__proto__') throw badRequest(`the key "${key}" is not allowed`);
}

/**
 * Refuses such keys wherever they are in a value.
 *
 * @throws ApiError BadRequest naming the key.
 */
export function refuseMagicKeys(value: Json): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) refuseMagicKeys(item);
  if (!isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    refuseMagicKey(key);
    refuseMagicKeys(item ?? null);
  }
}
