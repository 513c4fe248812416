import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key, as PEM. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a client certificate says beside its owner's name. */
export interface ClientCertificateOptions {
  /** Organizations: the groups of a Kubernetes user. */
  readonly groups?: readonly string[];
  /** When it ends, in milliseconds since 1970; in a day by default. */
  readonly notAfter?: number;
}

/** A certificate authority that lives as long as a test. */
export interface TestAuthority {
  readonly ca: string;
  /** Its certificate and its key, one after the other: what `openTestAuthority` takes. */
  readonly pem: string;
  /** A serving certificate for names and addresses. */
  issue(...hosts: readonly string[]): Promise<IssuedCertificate>;
  /** A client certificate for a user; one without a name when the user is empty. */
  issueClient(user: string, options?: ClientCertificateOptions): Promise<IssuedCertificate>;
}

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

/** Makes an authority of its own for a test that needs TLS; nothing of it is trusted anywhere else. */
export async function createTestAuthority(name = 'drover-test'): Promise<TestAuthority> {
  useNodeCrypto();
  const keys = await generateKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ECDSA,
    ...validity(Date.now() + DAY_MS),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return authorityOf(ca, keys.privateKey);
}

/** The authority of a certificate and a P-256 key in PEM, one after the other, as a server under test keeps it. */
export async function openTestAuthority(pem: string): Promise<TestAuthority> {
  useNodeCrypto();
  const [cert = '', key = ''] = pem.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
  const der = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' });
  return authorityOf(new X509Certificate(cert), await webcrypto.subtle.importKey('pkcs8', der, ECDSA, true, ['sign']));
}

async function authorityOf(ca: X509Certificate, signingKey: webcrypto.CryptoKey): Promise<TestAuthority> {
  const sign = async (
    subject: JsonName,
    usage: ExtendedKeyUsage,
    hosts: readonly string[],
    notAfter = Date.now() + DAY_MS,
  ): Promise<IssuedCertificate> => {
    const own = await generateKeys();
    const cert = await X509CertificateGenerator.create({
      subject,
      issuer: ca.subject,
      publicKey: own.publicKey,
      signingKey,
      signingAlgorithm: ECDSA,
      ...validity(notAfter),
      extensions: [
        new ExtendedKeyUsageExtension([usage]),
        ...(hosts.length === 0
          ? []
          : [
              new SubjectAlternativeNameExtension(
                hosts.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
              ),
            ]),
      ],
    });
    return { cert: cert.toString('pem'), key: await keyPem(own.privateKey) };
  };

  return {
    ca: ca.toString('pem'),
    pem: `${ca.toString('pem')}\n${await keyPem(signingKey)}\n`,
    issue: (...hosts) => sign([{ CN: [hosts[0] ?? 'drover-test'] }], ExtendedKeyUsage.serverAuth, hosts),
    issueClient: (user, { groups = [], notAfter } = {}) => {
      const subject = [...groups.map((group) => ({ O: [group] })), ...(user === '' ? [] : [{ CN: [user] }])];
      return sign(subject, ExtendedKeyUsage.clientAuth, [], notAfter);
    },
  };
}

/** Node's WebCrypto is the standard's; the library types it by the browser's declarations. */
function useNodeCrypto(): void {
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);
}

/** Two days, so that one that has ended was good once. */
const validity = (notAfter: number): { readonly notBefore: Date; readonly notAfter: Date } => ({
  notBefore: new Date(notAfter - 2 * DAY_MS),
  notAfter: new Date(notAfter),
});

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ECDSA, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}
