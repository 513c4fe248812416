import { createHash } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { Identity } from '@drover/api';
import { AUTHENTICATED } from '../auth/identity.js';

/**
 * Who the verified client certificate of a connection says it is: its common name, in its organizations. It stays the same as long
 * as the connection.
 */
export function certificateIdentity(socket: TLSSocket): Identity | undefined {
  if (!socket.authorized) return undefined;
  const { subject, raw } = socket.getPeerCertificate();
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const [name] = listOf(CN);
  if (name === undefined || name === '') return undefined;
  const id = `X509SHA256=${createHash('sha256').update(raw).digest('hex')}`;
  const extra = { 'authentication.kubernetes.io/credential-id': [id] };
  return { name, groups: [...listOf(O), AUTHENTICATED], extra };
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
