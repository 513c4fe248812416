import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { bits, context, integer, octets, oid, partsOf, sequence, setOf, time, utf8, yes } from './der.js';

/** Who a certificate is of, from the most general name on. As data: a name is never read for commas and plus signs. */
export type DistinguishedName = readonly { readonly type: 'CN' | 'O'; readonly value: string }[];

/** What a certificate says besides its key and its signer. */
export interface CertificateClaims {
  /** At most 20 bytes; never the same twice for one signer. */
  readonly serial: Uint8Array;
  readonly subject: DistinguishedName;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly use: { readonly authority: true } | { readonly server: readonly string[] } | { readonly client: true };
}

/** What signs. */
export interface Signer {
  /** The encoded name of the issuer. */
  readonly name: Uint8Array;
  /** On the curve P-256. */
  readonly key: KeyObject;
}

const ATTRIBUTES = { CN: '2.5.4.3', O: '2.5.4.10' } as const;
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const VERSION_3 = context(0, integer(Uint8Array.of(2)), true);

/** A certificate (X.509 version 3, RFC 5280) of `publicKey`, in PEM, with an ECDSA signature over SHA-256. */
export function certificatePem(claims: CertificateClaims, publicKey: KeyObject, signer: Signer): string {
  const signed = sequence(
    VERSION_3,
    integer(claims.serial),
    ECDSA_WITH_SHA256,
    signer.name,
    sequence(time(claims.notBefore), time(claims.notAfter)),
    encodedName(claims.subject),
    encodedKey(publicKey),
    context(3, sequence(...extensions(claims.use, signer.key)), true),
  );
  const certificate = sequence(signed, ECDSA_WITH_SHA256, bits(sign('sha256', signed, signer.key)));
  return new X509Certificate(certificate).toString();
}

/** A name as it stands in certificates. */
export function encodedName(name: DistinguishedName): Buffer {
  return sequence(...name.map(({ type, value }) => setOf(sequence(oid(ATTRIBUTES[type]), utf8(value)))));
}

/**
 * Who signs with the certificate and the key in PEM: the name byte for byte as its certificate has it, since that is how others
 * find the signer.
 *
 * @throws Error when the key is of another kind than ours.
 */
export function signerOf(certPem: string, keyPem: string): Signer {
  const [signed] = partsOf(new X509Certificate(certPem).raw);
  // Version, serial number, algorithm, issuer, validity, subject.
  const name = signed && partsOf(signed)[5];
  if (name === undefined) throw new Error('the certificate of the authority has no subject');
  const key = createPrivateKey(keyPem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Error('the key of the authority is not one on the curve P-256');
  }
  return { name, key };
}

const encodedKey = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

/** An authority signs itself, so that its own key is the signer's. */
function extensions(use: CertificateClaims['use'], signingKey: KeyObject): Buffer[] {
  const signer = keyIdentifier(encodedKey(createPublicKey(signingKey)));
  if ('authority' in use) {
    return [
      extension('2.5.29.19', sequence(yes(), integer(Uint8Array.of(0))), true),
      // digitalSignature, keyCertSign, cRLSign.
      extension('2.5.29.15', bits(Uint8Array.of(0b1000_0110), 1), true),
      extension('2.5.29.14', octets(signer)),
    ];
  }
  return [
    extension('2.5.29.19', sequence(), true),
    // digitalSignature.
    extension('2.5.29.15', bits(Uint8Array.of(0b1000_0000), 7), true),
    extension('2.5.29.37', sequence(oid(`1.3.6.1.5.5.7.3.${'server' in use ? 1 : 2}`))),
    // Strict clients (Python 3.13) refuse a certificate that does not say whose key signed it.
    extension('2.5.29.35', sequence(context(0, signer))),
    ...('server' in use ? [extension('2.5.29.17', sequence(...use.server.map(alternativeName)))] : []),
  ];
}

function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [yes()] : []), octets(value));
}

/** The first method of RFC 5280, 4.2.1.2. */
function keyIdentifier(key: Uint8Array): Buffer {
  const content = partsOf(key)[1]?.subarray(3);
  return createHash('sha1')
    .update(content ?? key)
    .digest();
}

function alternativeName(host: string): Buffer {
  if (isIP(host) !== 0) return context(7, isIPv4(host) ? Buffer.from(host.split('.').map(Number)) : ipv6Bytes(host));
  // An ASCII name as it is: read as a domain, one of digits alone would become an address.
  return context(2, Buffer.from(/^[\x21-\x7e]+$/.test(host) ? host : domainToASCII(host), 'latin1'));
}

function ipv6Bytes(address: string): Buffer {
  const [bare = ''] = address.split('%');
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return Buffer.from([...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join(''), 'hex');
}
