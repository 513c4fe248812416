import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.js';

/** An ed25519 key in OpenSSH's form, with its type name replaced if asked. */
function publicKey(type = 'ssh-ed25519'): string {
  const { publicKey: key } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  const text = (bytes: Buffer): Buffer => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return `${type} ${Buffer.concat([text(Buffer.from('ssh-ed25519')), text(raw)]).toString('base64')} me@here`;
}

const SSH_KEYGEN = 'ssh-keygen';

const hasSshKeygen = ((): boolean => {
  try {
    execFileSync(SSH_KEYGEN, ['-?'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
})();

describe("a key pair's fingerprint", () => {
  it('is sixteen pairs, whatever the comment', () => {
    const key = publicKey();
    expect(fingerprint(key)).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(fingerprint(key.replace('me@here', 'other'))).toBe(fingerprint(key));
  });

  it.skipIf(!hasSshKeygen)('is what ssh-keygen says (skipped: ssh-keygen is not installed)', () => {
    const key = publicKey();
    const said = execFileSync(SSH_KEYGEN, ['-l', '-E', 'md5', '-f', '-'], { input: key, encoding: 'utf8' });
    expect(said).toContain(`MD5:${fingerprint(key)}`);
  });

  it.each([
    ['', /not a type/],
    ['hello', /not a type/],
    ['ssh-rsa', /not a key of that type/],
    ['ssh-rsa AAAA', /not a key of that type/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', /private key/],
    [`${publicKey()}\n${publicKey()}`, /on one line/],
    [publicKey('ssh-rsa'), /not a key of that type/],
    [publicKey().slice(0, 60), /not a key of that type/],
  ])('does not exist for "%s"', (text, sentence) => {
    expect(() => fingerprint(text)).toThrow(sentence);
  });
});
