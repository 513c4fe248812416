import { badRequest } from '../errors.js';

/**
 * Refuses keys that JavaScript gives a meaning to: no API object has them, and writing them would reach other objects.
 *
 * @throws ApiError BadRequest naming the key.
 */
export function refuseMagicKey(key: string): void {
  if (key === '__proto__') throw badRequest(`the key "${key}" is not allowed`);
}
