import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '@drover/kit';
import { type CertificateClaims, certificatePem, encodedName, signerOf } from './certificate.js';
import { privateFile } from './private-file.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const CA_DAYS = 3650;
const LEAF_DAYS = 365;
/** Clocks of clients may be a little behind. */
const SKEW_MS = 60 * 60 * 1000;

/** A certificate and its key, in PEM. */
export interface KeyPair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** The certificate authority of one data directory: signs what the server shows and what its clients show. */
export class Authority {
  private constructor(
    readonly certPem: string,
    readonly keyPem: string,
    readonly clock: Clock,
  ) {}

  /** The authority kept in `dataDir`, made on the first call. */
  static async open(dataDir: string, clock: Clock): Promise<Authority> {
    // One file for both: there is no moment in which only half of the authority exists.
    const text = await privateFile(join(dataDir, 'ca.pem'), async () => newAuthority(clock));
    const [certPem, keyPem] = splitPem(text);
    return new Authority(certPem, keyPem, clock);
  }

  /** A certificate that a server shows for `hosts`, names and addresses. */
  async serving(hosts: readonly string[]): Promise<KeyPair> {
    return this.#leaf({ subject: [{ type: 'CN', value: 'drover-apiserver' }], use: { server: hosts } });
  }

  /** A certificate that makes its holder `user` in `groups`. */
  async client(user: string, groups: readonly string[]): Promise<KeyPair> {
    const names = groups.map((value) => ({ type: 'O', value }) as const);
    return this.#leaf({ subject: [...names, { type: 'CN', value: user }], use: { client: true } });
  }

  #leaf(claims: Pick<CertificateClaims, 'subject' | 'use'>): KeyPair {
    const { publicKey, keyPem } = newKey();
    const validity = validityOf(this.clock, LEAF_DAYS);
    const signer = signerOf(this.certPem, this.keyPem);
    return { certPem: certificatePem({ ...claims, ...validity, serial: newSerial() }, publicKey, signer), keyPem };
  }
}

function newAuthority(clock: Clock): string {
  const { publicKey, privateKey, keyPem } = newKey();
  const serial = newSerial();
  // Each authority has a name of its own, so that a client that knows several tells them apart.
  const subject = [{ type: 'CN', value: `drover-ca-${serial.toString('hex').slice(0, 8)}` } as const];
  const claims = { serial, subject, ...validityOf(clock, CA_DAYS), use: { authority: true } } as const;
  return `${certificatePem(claims, publicKey, { name: encodedName(subject), key: privateKey })}${keyPem}`;
}

function newKey() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...pair, keyPem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

function validityOf(clock: Clock, days: number): Pick<CertificateClaims, 'notBefore' | 'notAfter'> {
  const now = clock.now();
  return { notBefore: now - SKEW_MS, notAfter: now + days * DAY_MS };
}

function splitPem(text: string): [certificate: string, key: string] {
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const [certificate, key] = blocks;
  if (certificate === undefined || key === undefined) throw new Error('ca.pem holds no certificate and key');
  return [`${certificate}\n`, `${key}\n`];
}

/** 120 bits: unguessable, positive, and within the 20 bytes a serial number may have. */
function newSerial(): Buffer {
  return Buffer.concat([Buffer.from([1]), randomBytes(15)]);
}
