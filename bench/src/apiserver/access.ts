import type { ConnectionOptions } from 'node:tls';
import type { ClusterAccess } from '@drover/client';

/** What a TLS connection for `access` is opened with. */
export function credentials({ ca, cert, key, tlsServerName }: ClusterAccess): ConnectionOptions {
  return { ca, cert, key: key?.reveal(), ...(tlsServerName === undefined ? {} : { servername: tlsServerName }) };
}

/** The header that says who asks, unless a certificate does. */
export async function authorization({ token }: ClusterAccess): Promise<{ readonly authorization?: string }> {
  const bearer = typeof token === 'function' ? await token() : token;
  return bearer === undefined ? {} : { authorization: `Bearer ${bearer.reveal()}` };
}
