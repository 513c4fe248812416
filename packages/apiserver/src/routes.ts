import { type ApiRequest, type ApiResponse, methodNotAllowed } from '@drover/api';
import type { Store } from '@drover/store';
import { ISSUER, type ServiceAccountTokens } from './auth/service-account-tokens.js';
import type { ResourceCatalog } from './catalog/catalog.js';
import type { Discovery } from './discovery/discovery.js';
import type { OpenApi } from './discovery/open-api.js';
import type { Metrics } from './metrics/metrics.js';
import { requireJson } from './request/negotiation.js';
import { header, json, text } from './request/response.js';
import { UnknownPath } from './request/unknown-path.js';
import { collectionPrefix } from './storage/key.js';

/** What `/version` says: the version of Kubernetes whose API this is. */
export const KUBERNETES_VERSION = { major: '1', minor: '32', gitVersion: 'v1.32.0' } as const;

/** Keys change seldom, and their verifiers need not ask each time. */
const KEPT_AN_HOUR = { 'cache-control': 'public, max-age=3600' };

/** What would be below this document, of which there is nothing: other paths are the same with a slash at their end. */
const V2_BELOW = '/openapi/v2/';

/** The one check that has a path of its own. */
const PINGS = ['/healthz/ping', '/livez/ping', '/readyz/ping'];

/** What the plain paths stand on. */
export interface RouteParts {
  readonly store: Store;
  readonly catalog: ResourceCatalog;
  readonly discovery: Discovery;
  readonly openApi: OpenApi;
  readonly metrics: Metrics;
  readonly tokens: ServiceAccountTokens;
  readonly url: () => string;
  /** What `/version` adds to the version of Kubernetes. */
  readonly build: { readonly gitVersion: string };
}

type Answer = (request: ApiRequest, path: string, query: URLSearchParams) => ApiResponse | Promise<ApiResponse>;

/**
 * The paths that are no resources. Access to each is RBAC's to say (nonResourceURLs), as on any cluster: the default roles let
 * everyone see health and version, and everyone who is known see discovery.
 */
export class Routes {
  readonly #exact: ReadonlyMap<string, Answer>;
  readonly #below: readonly (readonly [prefix: string, answer: Answer])[];
  readonly #paths: () => readonly string[];

  constructor({ store, catalog, discovery, openApi, metrics, tokens, url, build }: RouteParts) {
    const alive: Answer = (_request, path, query) => probeAnswer(path, aliveFault(store), query.has('verbose'));
    const ready: Answer = (_request, path, query) => probeAnswer(path, readyFault(store), query.has('verbose'));
    const discover: Answer = (request, path) => discovery.handle(request, path);
    this.#exact = new Map<string, Answer>([
      ['/healthz', alive],
      ['/livez', alive],
      ['/readyz', ready],
      ['/version', whole((request) => versionAnswer(request, build.gitVersion))],
      ['/metrics', () => metricsAnswer(metrics, store, catalog)],
      ['/api', discover],
      ['/apis', discover],
      ['/openapi/v2', (request) => openApi.v2(request)],
      ['/openapi/v3', (request) => openApi.v3Index(request)],
      [
        '/openid/v1/jwks',
        whole(() => json(200, { keys: tokens.jwks }, { 'content-type': 'application/jwk-set+json', ...KEPT_AN_HOUR })),
      ],
      ['/.well-known/openid-configuration', whole(() => json(200, openIdConfiguration(url()), KEPT_AN_HOUR))],
    ]);
    this.#below = [
      ['/api/', discover],
      ['/apis/', discover],
      ['/openapi/v3/', (request, path) => openApi.v3Group(request, path.slice('/openapi/v3/'.length))],
      ['/healthz/', alive],
      ['/livez/', alive],
      ['/readyz/', ready],
    ];
    this.#paths = () => [...new Set([...this.#exact.keys(), ...PINGS, ...discovery.paths()])].sort();
  }

  /** How metrics call a path: by itself where it is one of ours, by what it is below, else by nothing. */
  label(path: string): string {
    if (this.#exact.has(path)) return path;
    const below = this.#below.find(([prefix]) => path.startsWith(prefix))?.[0];
    return below === undefined ? '' : below.slice(0, -1);
  }

  /** The answer for an authorized request. @throws ApiError NotFound, MethodNotAllowed. */
  handle(request: ApiRequest, path: string, query: URLSearchParams): ApiResponse | Promise<ApiResponse> {
    const plain = path.length > 1 && path.endsWith('/') && path !== V2_BELOW ? path.slice(0, -1) : path;
    const answer = this.#exact.get(plain) ?? this.#below.find(([prefix]) => plain.startsWith(prefix))?.[1];
    if (answer === undefined && path !== '/') throw new UnknownPath();
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodNotAllowed();
    return answer?.(request, plain, query) ?? json(200, { paths: this.#paths() });
  }
}

/** Only given whole: not to HEAD. */
function whole(answer: (request: ApiRequest) => ApiResponse): Answer {
  return (request) => {
    if (request.method === 'HEAD') throw methodNotAllowed();
    return answer(request);
  };
}

/** What only a restart may mend: a server whose disk is full is alive, and a restart would take its readers from it. */
function aliveFault({ health }: Store): string | undefined {
  return health.ok || !health.lasting ? undefined : health.reason;
}

/** What keeps the server from doing all that is asked of it. */
function readyFault({ health }: Store): string | undefined {
  return health.ok ? undefined : health.reason;
}

/** A probe's answer in kube-apiserver's form; `fault` is what is wrong with the store. */
function probeAnswer(path: string, fault: string | undefined, verbose: boolean): ApiResponse {
  const probe = path.split('/')[1] ?? '';
  const checks = ['[+]ping ok', fault === undefined ? '[+]store ok' : `[-]store failed: ${fault}`];
  if (fault !== undefined) return text(500, `${checks.join('\n')}\n${probe} check failed\n`);
  return text(200, verbose ? `${checks.join('\n')}\n${probe} check passed\n` : 'ok');
}

async function metricsAnswer(metrics: Metrics, store: Store, catalog: ResourceCatalog): Promise<ApiResponse> {
  const stored = catalog.definitions().filter(({ storedAs }) => storedAs === undefined);
  const objects = stored.map((definition) => {
    const { group, plural } = definition;
    return [group === '' ? plural : `${plural}.${group}`, store.count(collectionPrefix(definition))] as const;
  });
  const body = metrics.text({ revision: store.revision, bytes: await store.size(), objects });
  return { ...text(200, body), headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } };
}

function versionAnswer(request: ApiRequest, gitVersion: string): ApiResponse {
  requireJson(header(request, 'accept'));
  return json(200, versionDocument(gitVersion));
}

function versionDocument(gitVersion: string): object {
  return {
    ...KUBERNETES_VERSION,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
}

function openIdConfiguration(url: string): object {
  return {
    issuer: ISSUER,
    jwks_uri: `${url}/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
  };
}
