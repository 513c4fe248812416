import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { RandomBytes, Secret } from '@drover/kit';

const derive = promisify(pbkdf2);

/** Rancher's parameters for local passwords: PBKDF2-HMAC-SHA3-512, 210,000 rounds (OWASP's figure), 32-byte salt and key. */
const ROUNDS = 210_000;
const KEY_LENGTH = 32;
const SALT_LENGTH = 32;

/** A password as it is kept: never the text. */
export interface PasswordHash {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
}

/** Derives what is kept of `password`, with a salt of its own. */
export async function hashPassword(password: Secret, random: RandomBytes): Promise<PasswordHash> {
  const salt = random(SALT_LENGTH);
  return { key: await derive(password.reveal(), salt, ROUNDS, KEY_LENGTH, 'sha3-512'), salt };
}

/**
 * Whether `password` is the one that was hashed. Costs the same for `undefined` (no such user) as for a wrong password, so
 * that the time of an answer tells nobody which user names exist.
 */
export async function isPassword(password: Secret, hash: PasswordHash | undefined): Promise<boolean> {
  const { key, salt } = hash ?? { key: new Uint8Array(KEY_LENGTH), salt: new Uint8Array(SALT_LENGTH) };
  const derived = await derive(password.reveal(), salt, ROUNDS, KEY_LENGTH, 'sha3-512');
  const equal = key.byteLength === derived.byteLength && timingSafeEqual(key, derived);
  return equal && hash !== undefined;
}

/** Why `password` will not do as a new password, in a sentence; `undefined` when it will. Length counts characters, not bytes. */
export function passwordFault(
  password: Secret,
  rules: { readonly minLength: number; readonly username: string; readonly current?: Secret },
): string | undefined {
  const text = password.reveal();
  if ([...text].length < rules.minLength) return `Password must be at least ${rules.minLength} characters`;
  if (text.length > MAX_LENGTH) return `Password must be at most ${MAX_LENGTH} characters`;
  if (text === rules.username) return 'Password cannot be the same as the username';
  if (text === rules.current?.reveal()) return 'The new password must not be the same as the current password';
  return undefined;
}

/** Longer texts would only make the derivation a way to keep the server busy. */
const MAX_LENGTH = 1024;
