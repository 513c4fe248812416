import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '@drover/kit';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { privateFile } from './private-file.js';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
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
    const text = await privateFile(join(dataDir, 'ca.pem'), () => newAuthority(clock));
    const [certPem, keyPem] = splitPem(text);
    return new Authority(certPem, keyPem, clock);
  }

  /** A certificate that a server shows for `hosts`, names and addresses. */
  serving(hosts: readonly string[]): Promise<KeyPair> {
    const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
    return this.#leaf([{ CN: ['drover-apiserver'] }], ExtendedKeyUsage.serverAuth, [
      new SubjectAlternativeNameExtension(names),
    ]);
  }

  /** A certificate that makes its holder `user` in `groups`. */
  client(user: string, groups: readonly string[]): Promise<KeyPair> {
    // As data, not as text: a name is never read for commas and plus signs that would say more than its owner is.
    return this.#leaf([...groups.map((group) => ({ O: [group] })), { CN: [user] }], ExtendedKeyUsage.clientAuth, []);
  }

  async #leaf(
    subject: JsonName,
    usage: ExtendedKeyUsage,
    extensions: readonly SubjectAlternativeNameExtension[],
  ): Promise<KeyPair> {
    const now = this.clock.now();
    const issuer = new X509Certificate(this.certPem);
    const signingKey = await webcrypto.subtle.importKey('pkcs8', der(this.keyPem), ALGORITHM, false, ['sign']);
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: issuer.subject,
      notBefore: new Date(now - SKEW_MS),
      notAfter: new Date(now + LEAF_DAYS * DAY_MS),
      publicKey: keys.publicKey,
      signingKey,
      signingAlgorithm: SIGNATURE,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([usage]),
        ...extensions,
      ],
    });
    return { certPem: `${certificate.toString('pem')}\n`, keyPem: await exportKey(keys.privateKey) };
  }
}

async function newAuthority(clock: Clock): Promise<string> {
  const now = clock.now();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    // Each authority has a name of its own, so that a client that knows several tells them apart.
    name: `CN=drover-ca-${serial().slice(0, 8)}`,
    notBefore: new Date(now - SKEW_MS),
    notAfter: new Date(now + CA_DAYS * DAY_MS),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n${await exportKey(keys.privateKey)}`;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

function der(pem: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' }));
}

function splitPem(text: string): [certificate: string, key: string] {
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const [certificate, key] = blocks;
  if (certificate === undefined || key === undefined) throw new Error('ca.pem holds no certificate and key');
  return [`${certificate}\n`, `${key}\n`];
}

/** 120 bits: unguessable, positive, and within the 20 bytes a serial number may have. */
function serial(): string {
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
