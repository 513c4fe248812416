import { createHash, timingSafeEqual } from 'node:crypto';
import { NAME_ALPHABET, type RandomBytes, randomText, Secret } from '@drover/kit';

/** Rancher's length of a token's key: 54 characters of 27 symbols, about 256 bits. */
const KEY_LENGTH = 54;
const SALT_LENGTH = 8;

/** A fresh key for an API token or a registration token. */
export function newKey(random: RandomBytes): Secret {
  return new Secret(randomText(KEY_LENGTH, random, NAME_ALPHABET));
}

/** What is kept of a key: `$3:1:<salt>:<sha3-512(salt ‖ key)>` in unpadded base64. A fast hash is enough for 256 random bits. */
export function hashKey(key: Secret, random: RandomBytes): string {
  const salt = random(SALT_LENGTH);
  return `$3:1:${unpadded(salt)}:${unpadded(digest(salt, key.reveal()))}`;
}

/** Whether `key` is the one behind `hash`; costs the same when there is no hash, or one of a form we do not write. */
export function isKey(key: string, hash: string | undefined): boolean {
  const parts = /^\$3:1:([A-Za-z0-9+/]+):([A-Za-z0-9+/]+)$/.exec(hash ?? '');
  const salt = Buffer.from(parts?.[1] ?? 'AAAAAAAAAAA', 'base64');
  const kept = Buffer.from(parts?.[2] ?? '', 'base64');
  const derived = digest(salt, key);
  const comparable = kept.byteLength === derived.byteLength ? kept : Buffer.alloc(derived.byteLength);
  return timingSafeEqual(comparable, derived) && parts !== null && kept.byteLength === derived.byteLength;
}

/** Whether two texts are equal, in a time that depends on neither of their contents. */
export function sameText(a: string, b: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b)) && a.length === b.length;
}

function digest(salt: Uint8Array, key: string): Buffer {
  return createHash('sha3-512').update(salt).update(key).digest();
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
