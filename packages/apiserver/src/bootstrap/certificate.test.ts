import { createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type CertificateClaims,
  certificatePem,
  type DistinguishedName,
  encodedName,
  signerOf,
} from './certificate.js';

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CA_NAME: DistinguishedName = [{ type: 'CN', value: 'an authority' }];
const claims = {
  serial: Buffer.of(1, 2, 3),
  subject: [{ type: 'CN', value: 'a leaf' }],
  notBefore: Date.UTC(2026, 0, 1),
  notAfter: Date.UTC(2055, 0, 1),
  use: { client: true },
} as const satisfies CertificateClaims;

function newAuthority(): { readonly certPem: string; readonly keyPem: string } {
  const { publicKey, privateKey } = newKey();
  const signer = { name: encodedName(CA_NAME), key: privateKey };
  return {
    certPem: certificatePem({ ...claims, subject: CA_NAME, use: { authority: true } }, publicKey, signer),
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function leafOf(authority: { readonly certPem: string; readonly keyPem: string }, use: CertificateClaims['use']) {
  const signer = signerOf(authority.certPem, authority.keyPem);
  return new X509Certificate(certificatePem({ ...claims, use }, newKey().publicKey, signer));
}

describe('a certificate', () => {
  const authority = newAuthority();

  it('is known by its signer, and says what it was made for', () => {
    const leaf = leafOf(authority, { client: true });
    expect(leaf.checkIssued(new X509Certificate(authority.certPem))).toBe(true);
    expect(leaf.verify(createPublicKey(authority.certPem))).toBe(true);
    expect([leaf.serialNumber, leaf.subject, leaf.issuer]).toEqual(['010203', 'CN=a leaf', 'CN=an authority']);
    expect([leaf.validFrom, leaf.validTo]).toEqual(['Jan  1 00:00:00 2026 GMT', 'Jan  1 00:00:00 2055 GMT']);
    expect([leaf.ca, leaf.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.2']]);
  });

  it('is valid for each name and address of its host, in every form', () => {
    const hosts = [
      'a.example',
      'ü.example',
      '123456789012',
      '10.0.0.1',
      '::1',
      '2001:db8::',
      '::ffff:1.2.3.4',
      'fe80::1%lo',
    ];
    const leaf = leafOf(authority, { server: hosts });
    expect(leaf.subjectAltName?.split(', ')).toEqual([
      'DNS:a.example',
      'DNS:xn--tda.example',
      'DNS:123456789012',
      'IP Address:10.0.0.1',
      'IP Address:0:0:0:0:0:0:0:1',
      'IP Address:2001:DB8:0:0:0:0:0:0',
      'IP Address:0:0:0:0:0:FFFF:102:304',
      'IP Address:FE80:0:0:0:0:0:0:1',
    ]);
  });

  it('names its signer byte for byte as the certificate of the signer does, whatever made that', () => {
    const printable = (encoded: Uint8Array): string =>
      Buffer.from(encoded).toString('latin1').replaceAll('\x0c\x0can authority', '\x13\x0can authority');
    const { raw } = new X509Certificate(authority.certPem);
    const other = new X509Certificate(Buffer.from(printable(raw), 'latin1')).toString();
    expect(Buffer.from(signerOf(other, authority.keyPem).name).toString('latin1')).toBe(
      printable(encodedName(CA_NAME)),
    );
  });

  it('is not signed with a key of another kind', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const keyPem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    expect(() => signerOf(authority.certPem, keyPem)).toThrow(/curve P-256/);
  });
});
