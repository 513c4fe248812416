import { badRequest } from '../errors.js';

/**
 * Refuses the key that JavaScript gives a meaning to: writing it would change what an object is, not what it holds.
 *
 * @throws ApiError BadRequest naming the key.
 */
export function refuseMagicKey(key: string): void {
  if (key === '__proto__') throw badRequest(`the key "${key}" is not allowed`);
}
