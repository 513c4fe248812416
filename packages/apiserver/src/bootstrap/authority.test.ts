import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@drover/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Authority } from './authority.js';

const clock = new FakeClock(Date.UTC(2026, 0, 1));
let dir: string;
let authority: Authority;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'drover-ca-'));
  authority = await Authority.open(dir, clock);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('the certificate authority', () => {
  it('is made once, for its owner only, and stays', async () => {
    expect(statSync(join(dir, 'ca.pem')).mode & 0o777).toBe(0o600);
    expect((await Authority.open(dir, clock)).certPem).toBe(authority.certPem);
    expect(new X509Certificate(authority.certPem).ca).toBe(true);
  });

  it('made by two at once is one', async () => {
    const other = mkdtempSync(join(tmpdir(), 'drover-ca-'));
    try {
      const opened = await Promise.all(Array.from({ length: 4 }, () => Authority.open(other, clock)));
      expect(new Set(opened.map(({ certPem }) => certPem)).size).toBe(1);
      expect(readFileSync(join(other, 'ca.pem'), 'utf8')).toContain('PRIVATE KEY');
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('signs serving certificates for names and addresses', async () => {
    const { certPem } = await authority.serving(['drover.example', '127.0.0.1', '::1']);
    const certificate = new X509Certificate(certPem);
    expect(certificate.verify(new X509Certificate(authority.certPem).publicKey)).toBe(true);
    expect([
      certificate.checkHost('drover.example'),
      certificate.checkIP('127.0.0.1'),
      certificate.checkIP('::1'),
    ]).toEqual(['drover.example', '127.0.0.1', '::1']);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  });

  it('signs client certificates whose names cannot break out', async () => {
    const { certPem } = await authority.client('a,O=system:masters+CN=b', ['devs', 'x=y\\']);
    const { subject, keyUsage } = new X509Certificate(certPem);
    const names = subject.split('\n').map((name) => name.replaceAll('\\', ''));
    expect(names).toEqual(['O=devs', 'O=x=y', 'CN=a,O=system:masters+CN=b']);
    expect(keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });
});
