import { createHash } from 'node:crypto';
import { type AggregatedApi, type ApiRequest, type ApiResponse, apiVersion, notServed } from '@drover/api';
import type { ResourceCatalog } from '../catalog/catalog.js';
import { acceptEntries, notAcceptable } from '../request/negotiation.js';
import { header, json, jsonBytes, text } from '../request/response.js';
import { type ApiGroup, type ApiResource, apiGroups, type VirtualResource } from './resource-list.js';

/** What others serve: a list that is good while its version stays. */
interface Aggregated {
  readonly version: number;
  list(): readonly AggregatedApi[];
}

/** Answers `/api`, `/apis` and the lists below them, plain and aggregated. Derived once for each state of the catalogue. */
export class Discovery {
  #groups: { readonly version: string; readonly groups: readonly ApiGroup[] } | undefined;

  constructor(
    readonly catalog: ResourceCatalog,
    readonly virtual: readonly VirtualResource[],
    readonly aggregated: Aggregated,
    readonly address: () => string,
  ) {}

  /** What is served now. */
  groups(): readonly ApiGroup[] {
    const version = `${this.catalog.version} ${this.aggregated.version}`;
    if (this.#groups?.version !== version) {
      this.#groups = { version, groups: apiGroups(this.catalog, this.virtual, this.aggregated.list()) };
    }
    return this.#groups.groups;
  }

  /** The answer for a path below `/api` or `/apis`. @throws ApiError NotFound, NotAcceptable. */
  handle(request: ApiRequest, path: string): ApiResponse {
    const [root, ...segments] = path.split('/').filter((segment) => segment !== '');
    const core = root === 'api';
    if (segments.length === 0) {
      const version = aggregatedVersion(header(request, 'accept'));
      const groups = this.groups().filter(({ name }) => (name === '') === core);
      if (version !== undefined) return aggregatedList(request, groups, version);
      return json(
        200,
        core ? this.#coreVersions() : { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) },
      );
    }
    const [group, version] = core ? ['', segments[0]] : segments;
    const found = this.groups().find(({ name }) => name === group);
    if (found === undefined || segments.length > (core ? 1 : 2)) throw notServed();
    if (version === undefined) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) });
    const list = found.versions.find((candidate) => candidate.version === version);
    if (list === undefined) throw notServed();
    if (list.stale) return text(503, 'service unavailable\n');
    const groupVersion = apiVersion({ group: found.name, version });
    return json(200, { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: list.resources });
  }

  #coreVersions(): unknown {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: this.address() }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
}

/** Which form of aggregated discovery the caller would rather have than the plain lists. */
function aggregatedVersion(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of acceptEntries(accept)) {
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const { as, g, v } = parameters;
    if (as === undefined) return undefined;
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1')) return v;
  }
  throw notAcceptable();
}

function groupDocument({ name, versions }: ApiGroup): object {
  const listed = versions.map(({ version }) => ({ groupVersion: apiVersion({ group: name, version }), version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function aggregatedList(request: ApiRequest, groups: readonly ApiGroup[], version: 'v2' | 'v2beta1'): ApiResponse {
  const items = groups.map(({ name, versions }) => ({
    metadata: { name, creationTimestamp: null },
    versions: versions.map((entry) => ({
      version: entry.version,
      resources: aggregatedResources(entry.resources),
      freshness: entry.stale ? 'Stale' : 'Current',
    })),
  }));
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
  const bytes = Buffer.from(JSON.stringify(list));
  const etag = `"${createHash('sha512').update(bytes).digest('hex').toUpperCase()}"`;
  if (header(request, 'if-none-match') === etag) return { status: 304, headers: { etag }, body: new Uint8Array() };
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return jsonBytes(200, bytes, { 'content-type': contentType, etag, vary: 'Accept' });
}

function aggregatedResources(resources: readonly ApiResource[]): unknown[] {
  // What is left empty is that of the list itself.
  const responseKind = ({ group = '', version = '', kind }: ApiResource): object => ({ group, version, kind });
  const main = new Map<string, ApiResource>();
  for (const resource of resources) {
    const [plural = ''] = resource.name.split('/');
    // A subresource may be all there is of a resource here: its kind is then told by the subresource alone.
    if (!main.has(plural) || !resource.name.includes('/')) main.set(plural, resource);
  }
  return [...main].map(([plural, resource]) => {
    const whole = !resource.name.includes('/');
    const subresources = resources
      .filter(({ name }) => name.startsWith(`${plural}/`))
      .map((sub) => ({
        subresource: sub.name.slice(plural.length + 1),
        responseKind: responseKind(sub),
        verbs: sub.verbs,
      }));
    return {
      resource: plural,
      ...(whole ? { responseKind: responseKind(resource) } : {}),
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: whole ? resource.singularName : '',
      verbs: whole ? resource.verbs : [],
      ...(resource.shortNames ? { shortNames: resource.shortNames } : {}),
      ...(resource.categories ? { categories: resource.categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    };
  });
}
