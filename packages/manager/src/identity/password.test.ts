import { randomBytes } from 'node:crypto';
import { Secret } from '@drover/kit';
import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword, passwordFault } from './password.js';

describe('a password', () => {
  it('is recognised by its hash, and no other is', async () => {
    const hash = await hashPassword(new Secret('correct horse'), randomBytes);
    expect(await isPassword(new Secret('correct horse'), hash)).toBe(true);
    expect(await isPassword(new Secret('correct horsf'), hash)).toBe(false);
  });

  it('of a user that does not exist is never right, also not the one an empty hash would stand for', async () => {
    expect(await isPassword(new Secret(''), undefined)).toBe(false);
  });

  it('is derived as Rancher derives it: PBKDF2-HMAC-SHA3-512, 210,000 rounds', async () => {
    const { key, salt } = await hashPassword(new Secret('pw'), (length) => new Uint8Array(length).fill(7));
    expect(salt).toHaveLength(32);
    expect(Buffer.from(key).toString('hex')).toBe('67aa1152dca7143485d915f18255f1835e4472ccebd7099adfae56c39b4eb68f');
  });

  it.each([
    ['short', 'Password must be at least 12 characters'],
    ['administrator', undefined],
    ['administrator-x', undefined],
    ['ünïcödé-pass', undefined],
    ['the-username!', 'Password cannot be the same as the username'],
    ['the-current-one', 'The new password must not be the same as the current password'],
    ['x'.repeat(2000), 'Password must be at most 1024 characters'],
  ])('%s as a new one: %s', (text, fault) => {
    const rules = { minLength: 12, username: 'the-username!', current: new Secret('the-current-one') };
    expect(passwordFault(new Secret(text), rules)).toBe(fault);
  });
});
