import type { Answer, Exchange } from '../front/exchange.js';
import type { Settings } from '../settings.js';
import type { ClusterDirectory } from './cluster-directory.js';
import { importManifest } from './manifest.js';
import type { ManifestFetches } from './manifest-fetch.js';
import type { Registrations } from './registration.js';

/** One answer for every token that does not open a cluster. */
const REFUSED: Answer = { status: 400, text: 'cluster not found or invalid token' };

/** `GET /v3/import/TOKEN_CLUSTERID.yaml`: what the cluster's administrator applies. */
export class ImportManifests {
  constructor(
    private readonly parts: {
      readonly registrations: Registrations;
      readonly clusters: ClusterDirectory;
      readonly fetches: ManifestFetches;
      readonly settings: Settings;
    },
  ) {}

  async serve({ params, request, url }: Exchange): Promise<Answer> {
    const [, token = '', id = ''] = /^([^_]+)_([^_]+)\.yaml$/.exec(params['file'] ?? '') ?? [];
    if (token === '') return { status: 404, text: 'the file must be called TOKEN_CLUSTERID.yaml' };
    if (url.searchParams.has('authImage')) {
      return { status: 400, text: 'authImage is not implemented: the agent needs no second image' };
    }
    const cluster = this.parts.registrations.clusterOf(token, id);
    if (cluster === undefined) return REFUSED;
    const { settings, fetches, clusters } = this.parts;
    if (request.method === 'GET') fetches.note(cluster, addressOf(request.socket.remoteAddress));
    const { spec } = clusters.get(cluster) ?? {};
    const text = importManifest({
      cluster,
      token,
      serverUrl: settings.serverUrl || url.origin,
      caPem: settings.value('cacerts'),
      agentImage: spec?.agentImageOverride || settings.value('agent-image'),
      registry: spec?.importedConfig?.privateRegistryURL || settings.value('system-default-registry'),
      serverVersion: settings.value('server-version'),
      installUuid: settings.value('install-uuid'),
      strict: settings.value('agent-tls-mode') === 'strict',
      agentEnvVars: (spec?.agentEnvVars ?? []).map(({ name, value }) => ({ name, value: value ?? '' })),
    });
    return { status: 200, headers: { 'content-type': 'text/plain' }, text };
  }
}

/** An IPv4 address as people write it, also when it came through an IPv6 socket. */
function addressOf(remote = 'an unknown address'): string {
  return remote.replace(/^::ffff:/, '');
}
