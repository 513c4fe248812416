import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { AUTHENTICATED, type Sender } from '../auth/identity.js';

/**
 * Who the client certificate of a connection says it is: its common name, in its organizations. A certificate without
 * a name proves nothing. It stays the same as long as the connection.
 */
export function certificateSender(socket: TLSSocket): Sender | undefined {
  const { subject, raw } = socket.getPeerCertificate();
  // A connection without a certificate has an empty one.
  if (!Buffer.isBuffer(raw)) return undefined;
  if (!socket.authorized) return 'unverified';
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
