import type { Secret } from '@drover/kit';
import { type Outbound, OutboundError, type OutboundResponse, send } from '../outbound/request.js';
import { canonical, type ImageReference } from './reference.js';
import type { HostConfig, RegistrySettings } from './settings.js';

/** What a registry says about an image. */
export type Lookup =
  | { readonly found: true; readonly digest: string }
  /** gRPC's code and words, as containerd reports them to the kubelet. */
  | { readonly found: false; readonly code: 'NotFound' | 'Unknown'; readonly error: string };

/** A registry login that came with a pod (`imagePullSecrets`). */
export interface Login {
  readonly host: string;
  readonly username: string;
  readonly password: Secret;
}

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Docker Hub is named docker.io and served elsewhere. */
const SERVED_AT: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };
/** Largest token answer read; real ones are a few KiB. */
const MAX_TOKEN_BYTES = 1 << 20;

/**
 * Asks for the image's manifest (OCI distribution, `HEAD /v2/NAME/manifests/REFERENCE`): first the mirrors, in order, then the
 * registry itself; each with its own credentials and TLS. Answers, never throws, for anything the network says.
 */
export async function lookUp(
  reference: ImageReference,
  settings: RegistrySettings,
  outbound: Outbound,
  logins: readonly Login[],
  signal: AbortSignal,
): Promise<Lookup> {
  let failure: Lookup = { found: false, code: 'Unknown', error: 'no endpoint to ask' };
  for (const endpoint of endpoints(reference, settings)) {
    const answer = await ask(endpoint, reference, settings, outbound, logins, signal);
    if (answer.found) return answer;
    failure = answer;
  }
  return failure;
}

interface Endpoint {
  readonly base: URL;
  readonly repository: string;
}

function endpoints(reference: ImageReference, { mirrors }: RegistrySettings): Endpoint[] {
  const mirror = mirrors.get(reference.host) ?? mirrors.get('*');
  const mirrored = (mirror?.endpoints ?? []).map((endpoint) => ({
    base: new URL(endpoint),
    repository: (mirror?.rewrites ?? []).reduce(
      (path, { pattern, to }) => path.replace(pattern, to),
      reference.repository,
    ),
  }));
  const host = SERVED_AT[reference.host] ?? reference.host;
  // containerd speaks plain HTTP to registries on this machine.
  const scheme = /^(localhost|127\.[\d.]+|\[::1\])(:|$)/.test(host) ? 'http' : 'https';
  return [...mirrored, { base: new URL(`${scheme}://${host}`), repository: reference.repository }];
}

async function ask(
  { base, repository }: Endpoint,
  reference: ImageReference,
  settings: RegistrySettings,
  outbound: Outbound,
  logins: readonly Login[],
  signal: AbortSignal,
): Promise<Lookup> {
  const name = canonical(reference);
  const config = settings.configs.get(base.host) ?? settings.configs.get(reference.host);
  const trusted = trust(outbound, config);
  const root = base.pathname.replace(/\/(v2\/?)?$/, '');
  const version = reference.digest ?? reference.tag ?? 'latest';
  const url = new URL(`${root}/v2/${repository}/manifests/${version}`, base);
  const unresolved = (why: string, code: 'NotFound' | 'Unknown' = 'Unknown'): Lookup => ({
    found: false,
    code,
    error: `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${why}`,
  });
  try {
    const login = credentials(config, logins, base.host, reference.host);
    let response = await head(url, {}, trusted, signal);
    if (response.status === 401) {
      const challenge = response.headers['www-authenticate'] ?? '';
      const authorization = await answerTo(challenge, login, repository, trusted, signal);
      if (authorization !== undefined) response = await head(url, { authorization }, trusted, signal);
    }
    const digest = response.headers['docker-content-digest'];
    if (response.status === 200) return { found: true, digest: typeof digest === 'string' ? digest : version };
    if (response.status === 404) return unresolved(`${name}: not found`, 'NotFound');
    if (response.status === 401 || response.status === 403) {
      return unresolved(
        'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
      );
    }
    return unresolved(`unexpected status from HEAD request to ${url.href}: ${response.status}`);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return unresolved(`failed to do request: ${error.message}`);
  }
}

function trust(outbound: Outbound, config: HostConfig | undefined): Outbound {
  if (config === undefined) return outbound;
  const { ca, cert, key, skipVerify } = config;
  return {
    proxy: outbound.proxy,
    ca: ca === undefined ? outbound.ca : [...outbound.ca, ca],
    skipVerify,
    ...(cert !== undefined && key !== undefined ? { identity: { cert, key } } : {}),
  };
}

function credentials(config: HostConfig | undefined, logins: readonly Login[], ...hosts: string[]): string | undefined {
  const login = logins.find(
    ({ host }) => hosts.includes(host) || (host === 'index.docker.io' && hosts.includes('docker.io')),
  );
  if (login !== undefined) return basic(login.username, login.password.reveal());
  return config?.username === undefined ? undefined : basic(config.username, config.password ?? '');
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

async function head(
  url: URL,
  headers: Record<string, string>,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<OutboundResponse> {
  const response = await send({ method: 'HEAD', url, headers: { accept: MANIFESTS, ...headers }, signal }, outbound);
  response.body.resume();
  return response;
}

/** What a challenge asks for: Basic credentials, or a token from where it says (Docker token authentication). */
async function answerTo(
  challenge: string,
  login: string | undefined,
  repository: string,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (/^basic\b/i.test(challenge)) return login;
  if (!/^bearer\b/i.test(challenge)) return undefined;
  const parameters = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key as string, value as string]),
  );
  const { realm, service, scope = `repository:${repository}:pull` } = parameters;
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  url.searchParams.set('scope', scope);
  if (service !== undefined) url.searchParams.set('service', service);
  const headers = login === undefined ? {} : { authorization: login };
  const response = await send({ method: 'GET', url, headers, signal }, outbound);
  const body = await limited(response.body, MAX_TOKEN_BYTES);
  if (response.status !== 200) return undefined;
  const answer: unknown = parsed(body);
  if (typeof answer !== 'object' || answer === null) return undefined;
  const token = 'token' in answer ? answer.token : 'access_token' in answer ? answer.access_token : undefined;
  return typeof token === 'string' ? `Bearer ${token}` : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function limited(body: AsyncIterable<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new OutboundError(`the token answer exceeds ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
