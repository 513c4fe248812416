import { createHash } from 'node:crypto';
import { type Branded, NAME_ALPHABET } from '@drover/kit';

/** The name of a management cluster: `local`, `c-xxxxx` or `c-m-xxxxxxxx`. */
export type ClusterId = Branded<string, 'ClusterId'>;

/** The cluster this server itself runs on. */
export const LOCAL = 'local' as ClusterId;

const FORM = /^(local|c-[a-z0-9]{5}|c-m-[a-z0-9]{8})$/;

/** Reads an id; `undefined` for anything that cannot be one. */
export function parseClusterId(text: string): ClusterId | undefined {
  return FORM.test(text) ? (text as ClusterId) : undefined;
}

/** Whether the id was chosen together with the management object (`c-xxxxx`), so that the provisioning object follows it. */
export const isManagementFirst = (id: string): boolean => /^(c-[a-z0-9]{5}|local)$/.test(id);

/**
 * The id for a provisioning cluster: derived from its uid, so that a controller that is stopped half-way and starts again
 * makes the same one.
 */
export function clusterIdFor(uid: string): ClusterId {
  return `c-m-${nameHash(uid, 8)}` as ClusterId;
}

/** `length` letters for `text`, the same each time, of the alphabet Kubernetes uses for generated names. */
export function nameHash(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest();
  return [...digest.subarray(0, length)].map((byte) => NAME_ALPHABET[byte % NAME_ALPHABET.length]).join('');
}

/**
 * Joins parts to a name of at most 63 characters, as Rancher does: a longer one is cut and ends in a hash of the whole.
 * The cut is one earlier when it would leave a separator before the hash.
 */
export function safeConcat(...parts: readonly string[]): string {
  const full = parts.join('-');
  if (full.length < 64) return full;
  const hash = createHash('sha256').update(full).digest('hex');
  return /[a-z0-9]/.test(full[56] ?? '')
    ? `${full.slice(0, 57)}-${hash.slice(0, 5)}`
    : `${full.slice(0, 56)}-${hash.slice(0, 6)}`;
}
