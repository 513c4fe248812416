import { createHash } from 'node:crypto';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import { AUTHENTICATED, type Sender } from '../auth/identity.js';

/** Who a connection's certificate says it is, at a time in milliseconds since the Unix epoch. */
export type CertificateSender = (now: number) => Sender | undefined;

/**
 * Who the client certificate of a connection says it is: its common name, in its organizations. A certificate without
 * a name proves nothing, and one that has run out since the connection began proves nothing any more.
 */
export function certificateSender(socket: TLSSocket): CertificateSender {
  const certificate = socket.getPeerCertificate();
  const sender = senderBy(certificate, socket.authorized);
  if (typeof sender !== 'object') return () => sender;
  const until = Date.parse(certificate.valid_to);
  return (now) => (now > until ? 'unverified' : sender);
}

function senderBy({ subject, raw }: PeerCertificate, authorized: boolean): Sender | undefined {
  // A connection without a certificate has an empty one.
  if (!Buffer.isBuffer(raw)) return undefined;
  if (!authorized) return 'unverified';
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const [name] = listOf(CN);
  if (name === undefined || name === '') return 'unverified';
  const id = `X509SHA256=${createHash('sha256').update(raw).digest('hex')}`;
  const extra = { 'authentication.kubernetes.io/credential-id': [id] };
  return { name, groups: [...listOf(O), AUTHENTICATED], extra };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
