import { type Secret as KubeSecret, secrets } from '@drover/api';
import type { Client } from '@drover/client';
import type { AgentConfig } from './config.js';
import type { ServerTrust } from './server-trust.js';

/** The bearer token with which the second tunnel of a cluster is opened. */
export function stvToken({ token }: AgentConfig): string {
  return `stv-cluster-${token.reveal()}`;
}

/**
 * Writes Secret `cattle-system/stv-aggregation`: how the Rancher that is part of Harvester learns where to open the second
 * tunnel to, and with which token.
 */
export async function writeStvAggregation(
  client: Client,
  config: AgentConfig,
  { serverCa }: ServerTrust,
): Promise<void> {
  const { server, caChecksum, token } = config;
  const values: Readonly<Record<string, string>> = {
    CATTLE_SERVER: server,
    CATTLE_TOKEN: token.reveal(),
    CATTLE_CA_CHECKSUM: caChecksum ?? '',
    url: `${server}/v3/connect`,
    token: stvToken(config),
    'ca.crt': serverCa ?? '',
    // The connection that this follows was verified with exactly these authorities.
    CATTLE_CACERTS_VALID: serverCa === undefined ? 'false' : 'true',
  };
  const secret: KubeSecret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'cattle-system', name: 'stv-aggregation' },
    type: 'Opaque',
    data: Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  };
  await client.apply(secrets, secret, { fieldManager: 'cattle-cluster-agent', force: true });
}
