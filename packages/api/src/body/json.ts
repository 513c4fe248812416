import { badRequest } from '../errors.js';
import type { Json } from '../object.js';
import { type BodyLimits, DEFAULT_LIMITS, refuseLarge, refuseStrange } from './limits.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A JSON body.
 *
 * @throws ApiError BadRequest for bytes that are no JSON or nested too deep, RequestEntityTooLarge for too many.
 */
export function decodeJson(body: Uint8Array | string, limits: BodyLimits = DEFAULT_LIMITS): Json {
  refuseLarge(body.length, limits);
  const text = decodeText(body);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  refuseStrange(value, limits);
  return value;
}

/**
 * The text of a body.
 *
 * @throws ApiError BadRequest for bytes that are not UTF-8.
 */
export function decodeText(body: Uint8Array | string): string {
  if (typeof body === 'string') return body;
  try {
    return utf8.decode(body);
  } catch {
    throw badRequest('the body is not UTF-8');
  }
}
