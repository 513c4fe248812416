import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '@drover/kit';
import { parseAddress } from '@drover/tunnel';

/** Everything the agent is told from outside. */
export interface AgentConfig {
  /** The management server: `https://host[:port]`, without a path's slash at the end. */
  readonly server: string;
  /** SHA-256, in hex, of the certificate authorities to fetch from the server; absent: the system's are trusted. */
  readonly caChecksum: string | undefined;
  /** Trust only the fetched authorities, not the system's. */
  readonly strictVerify: boolean;
  /** The cluster's registration token. */
  readonly token: Secret;
  /** The API server as this pod reaches it: `host:port`, IPv6 hosts in brackets. */
  readonly apiAddress: string;
  /** Put before the paths of the pod's volumes. */
  readonly root: string;
  /** Register at `/v3/connect` at once: this cluster was connected before. */
  readonly connectedBefore: boolean;
  /** Further addresses that the server may dial: `host:port`, a leading `*.` standing for any labels. */
  readonly allow: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Thrown for a configuration that cannot work; the message names the variable or file and what would be right. */
export class AgentConfigError extends Error {
  override readonly name = 'AgentConfigError';
}

/**
 * Reads the environment and the credentials' files as the import manifest gives them to the pod.
 *
 * @throws AgentConfigError for the first mistake.
 */
export async function readAgentConfig(env: Readonly<Record<string, string | undefined>>): Promise<AgentConfig> {
  const root = env['DROVER_POD_ROOT'] ?? '/';
  const credential = (name: string): Promise<string | undefined> =>
    readFile(join(root, 'cattle-credentials', name), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]?.trim());

  if (set('CATTLE_CLUSTER') !== 'true') {
    throw new AgentConfigError(
      'CATTLE_CLUSTER: expected "true"; only the agent of a cluster exists, not that of a node',
    );
  }
  const server = serverUrl(set('CATTLE_SERVER') ?? (await credential('url')));
  const token = await credential('token');
  if (token === undefined || token === '') {
    throw new AgentConfigError(`${join(root, 'cattle-credentials', 'token')}: the registration token is missing`);
  }
  const caChecksum = set('CATTLE_CA_CHECKSUM')?.toLowerCase();
  if (caChecksum !== undefined && !/^[0-9a-f]{64}$/.test(caChecksum)) {
    throw new AgentConfigError(`CATTLE_CA_CHECKSUM: "${caChecksum}" is no SHA-256 in hex`);
  }
  const strictVerify = boolean('STRICT_VERIFY', set('STRICT_VERIFY'));
  if (strictVerify && caChecksum === undefined) {
    // Upstream's agent dies of the same cause with the words "unable to read CA file .../serverca".
    throw new AgentConfigError(
      'STRICT_VERIFY is "true" but CATTLE_CA_CHECKSUM is empty: the server has no private CA (setting cacerts); set agent-tls-mode to system-store there, or configure the CA',
    );
  }
  const allow = (set('DROVER_AGENT_ALLOW') ?? '').split(',').map((rule) => rule.trim());
  for (const rule of allow) {
    if (rule !== '' && parseAddress(rule.replace(/^\*\./, 'any.')) === undefined) {
      throw new AgentConfigError(`DROVER_AGENT_ALLOW: "${rule}" is not host:port`);
    }
  }
  refuseProxy(set, new URL(server).hostname);
  return {
    server,
    caChecksum,
    strictVerify,
    token: new Secret(token),
    apiAddress: apiAddress(set('KUBERNETES_SERVICE_HOST'), set('KUBERNETES_SERVICE_PORT')),
    root,
    connectedBefore: boolean('CATTLE_AGENT_CONNECT', set('CATTLE_AGENT_CONNECT')),
    allow: allow.filter((rule) => rule !== ''),
    env,
  };
}

function serverUrl(text: string | undefined): string {
  if (text === undefined || text === '') throw new AgentConfigError('CATTLE_SERVER is not set');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new AgentConfigError(`CATTLE_SERVER: "${text}" is not a URL such as https://drover.example.com`);
  }
  if (url.protocol !== 'https:') throw new AgentConfigError(`CATTLE_SERVER: "${text}" is not an https URL`);
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function apiAddress(host: string | undefined, port: string | undefined): string {
  if (host === undefined || port === undefined) {
    throw new AgentConfigError(
      'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster',
    );
  }
  const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  if (parseAddress(address) === undefined) {
    throw new AgentConfigError(`KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: "${address}" is no address`);
  }
  return address;
}

function boolean(name: string, text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new AgentConfigError(`${name}: "${text}" is neither true nor false`);
}

/** A proxy that is set and not used would make the agent fail in ways that nobody can explain. */
function refuseProxy(set: (name: string) => string | undefined, host: string): void {
  const proxy = ['HTTPS_PROXY', 'https_proxy'].find((name) => set(name) !== undefined);
  if (proxy === undefined) return;
  const excluded = (set('NO_PROXY') ?? set('no_proxy') ?? '')
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''));
  if (excluded.some((entry) => entry === '*' || (entry !== '' && (host === entry || host.endsWith(`.${entry}`)))))
    return;
  throw new AgentConfigError(
    `${proxy}: proxies are not supported; add "${host}" to NO_PROXY if it can be reached directly`,
  );
}
