import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SigningKeys } from './signing-keys.js';

const ISSUERS = ['here'];
const claims = { iss: 'here', sub: 'x' };

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drover-keys-'));
  file = join(dir, 'service-account.key');
});
afterEach(() => rmSync(dir, { recursive: true }));

const newKey = (): string => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
};
const publicHalf = (pem: string): string => createPublicKey(pem).export({ format: 'pem', type: 'spki' }).toString();

describe('signing keys', () => {
  it('are made once, for their owner only, and stay', async () => {
    const token = (await SigningKeys.open(dir)).sign(claims);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await SigningKeys.open(dir)).verify(token, ISSUERS)).toEqual(claims);
  });

  it('are rotated by putting a new one first: tokens of the old hold while its public half is there', async () => {
    const before = (await SigningKeys.open(dir)).sign(claims);
    const old = readFileSync(file, 'utf8');
    const next = newKey();
    writeFileSync(file, next + publicHalf(old));
    const rotated = await SigningKeys.open(dir);
    expect(rotated.jwks).toHaveLength(2);
    expect(rotated.verify(before, ISSUERS)).toEqual(claims);
    const after = rotated.sign(claims);
    writeFileSync(file, next);
    const alone = await SigningKeys.open(dir);
    expect(alone.verify(after, ISSUERS)).toEqual(claims);
    expect(() => alone.verify(before, ISSUERS)).toThrow('invalid signature, no keys found');
  });

  it('take no token that was tampered with, or says another algorithm', async () => {
    const keys = await SigningKeys.open(dir);
    const [head = '', payload = '', signature = ''] = keys.sign(claims).split('.');
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const forged = encode({ ...claims, sub: 'system:admin' });
    expect(() => keys.verify(`${head}.${forged}.${signature}`, ISSUERS)).toThrow('invalid signature');
    for (const alg of ['none', 'HS256', 'RS256']) {
      const other = encode({ alg, kid: keys.jwks[0]?.kid });
      expect(() => keys.verify(`${other}.${payload}.${signature}`, ISSUERS)).toThrow('no keys found');
    }
  });

  it('know nothing of tokens of others, and of what is none', async () => {
    const keys = await SigningKeys.open(dir);
    expect(keys.verify(keys.sign({ iss: 'elsewhere' }), ISSUERS)).toBeUndefined();
    for (const text of ['', 'not-a-token', 'a.b.c', '...', 'e30.e30.', `${'e30.'.repeat(5000)}`]) {
      expect(keys.verify(text, ISSUERS)).toBeUndefined();
    }
  });

  it('that cannot sign, or are of another kind, are refused with the name of their file', async () => {
    writeFileSync(file, publicHalf(newKey()));
    await expect(SigningKeys.open(dir)).rejects.toThrow(`${file}: the first key signs tokens`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await expect(SigningKeys.open(dir)).rejects.toThrow(
      `${file}: keys of service-account tokens are of the curve P-256`,
    );
  });
});
