import { ApiError, badRequest } from '../errors.js';
import type { Json } from '../object.js';
import { refuseMagicKey } from './magic-key.js';

/** Bytes of the largest request that Kubernetes takes (apiserver's MaxRequestBodyBytes). */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

/** How much of a body is read. */
export interface BodyLimits {
  /** Bytes. */
  readonly maxBytes: number;
  /** How deep objects and lists may be nested; a CRD's schema needs about a hundred. */
  readonly maxDepth: number;
}

/** What a server reads of an object's body: as much as Kubernetes does. */
export const DEFAULT_LIMITS: BodyLimits = { maxBytes: MAX_REQUEST_BYTES, maxDepth: 500 };

/** 413 when there is more of a body than is read. */
export function refuseLarge(bytes: number, { maxBytes }: BodyLimits): void {
  if (bytes > maxBytes) throw new ApiError('RequestEntityTooLarge', `limit is ${maxBytes} bytes, got ${bytes}`);
}

/** Looks at every level of a decoded value once; refuses too many levels, and the key no object may have. */
export function refuseStrange(value: Json, { maxDepth }: BodyLimits): void {
  const open: { readonly value: Json; readonly depth: number }[] = [{ value, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > maxDepth) throw badRequest(`the body is nested deeper than ${maxDepth} levels`);
    for (const [key, item] of Object.entries(next.value)) {
      refuseMagicKey(key);
      if (typeof item === 'object' && item !== null) open.push({ value: item as Json, depth: next.depth + 1 });
    }
  }
}
