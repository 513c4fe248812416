import { rootCertificates } from 'node:tls';
import { httpsTransport } from '@drover/client';
import type { AgentConfig } from './config.js';
import { fetchPinned, PinMismatch } from './pinned-fetch.js';

/** Whom the agent trusts to be the server. */
export interface ServerTrust {
  /** PEM for TLS; absent: the system's authorities. */
  readonly ca: string | undefined;
  /** The server's own authorities, as fetched; absent when it has none of its own. */
  readonly serverCa: string | undefined;
}

/**
 * Fetches the server's authorities, by their checksum, and proves with them that `/ping` answers.
 *
 * @throws PinMismatch when the authorities are not the pinned ones: nothing but a new manifest helps.
 * @throws Error when the server cannot be reached or is no management server.
 */
export async function establishTrust({ server, caChecksum, strictVerify }: AgentConfig): Promise<ServerTrust> {
  const serverCa =
    caChecksum === undefined ? undefined : await fetchPinned(`${server}/v3/settings/cacerts`, caOf, caChecksum);
  const ca = serverCa === undefined || strictVerify ? serverCa : [serverCa, ...rootCertificates].join('\n');
  await ping(server, ca);
  return { ca, serverCa };
}

async function ping(server: string, ca: string | undefined): Promise<void> {
  await using transport = httpsTransport({ server, ca });
  const { status, body } = await transport.send({
    method: 'GET',
    path: '/ping',
    headers: {},
    signal: AbortSignal.timeout(30_000),
  });
  let text = '';
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    if (text.length > 100) break;
  }
  if (status !== 200 || text.trim() !== 'pong') {
    throw new Error(
      `GET ${server}/ping: expected 200 pong, got ${status} ${text.slice(0, 40)}: is this a management server?`,
    );
  }
}

/** The PEM of the setting as the checksum counts it: with exactly one line end behind it. */
function caOf(body: string): string {
  let setting: unknown;
  try {
    setting = JSON.parse(body);
  } catch (cause) {
    throw new Error('the setting cacerts of the server is no JSON: is this a management server?', { cause });
  }
  const value = typeof setting === 'object' && setting !== null && 'value' in setting ? setting.value : undefined;
  if (typeof value !== 'string') throw new Error('the setting cacerts of the server has no value');
  if (value.trim() === '') {
    throw new PinMismatch(
      'CATTLE_CA_CHECKSUM is set but the setting cacerts of the server is empty; apply the current import manifest',
    );
  }
  return `${value.replace(/\n+$/, '')}\n`;
}
