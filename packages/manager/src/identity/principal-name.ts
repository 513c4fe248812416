import { createHash } from 'node:crypto';

/** RFC 4648, in small letters, as names of objects are. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 10;

/** A user whom an identity provider knows: `PROVIDER_user://ID`, where the id is the provider's own. */
export const isForeignUser = (principal: string): boolean => /^[a-z][a-z0-9]{0,62}_user:\/\/.{1,1024}$/.test(principal);

/**
 * The name of the user that stands for a principal of an identity provider, the same each time: `u-` and the beginning of its SHA-256
 * in base32, as Rancher has it (reference `rancher.md`, 4.4).
 */
export function userNameOf(principal: string): string {
  const digest = createHash('sha256').update(principal).digest();
  let letters = '';
  for (let bit = 0; letters.length < LENGTH; bit += 5) {
    const pair = digest.readUInt16BE(bit >> 3);
    letters += BASE32[(pair >> (11 - (bit & 7))) & 31];
  }
  return `u-${letters}`;
}
