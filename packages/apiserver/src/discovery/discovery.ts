import { createHash } from 'node:crypto';
import { type AggregatedApi, type ApiRequest, type ApiResponse, apiVersion, methodNotAllowed } from '@drover/api';
import type { ResourceCatalog } from '../catalog/catalog.js';
import { CONTENT_TYPES, encodeDocument } from '../request/encode.js';
import {
  acceptEntries,
  documentMedia,
  type Media,
  mediaOf,
  notAcceptable,
  unavailable,
} from '../request/negotiation.js';
import { documentResponse, header, text } from '../request/response.js';
import { isBuiltinGroup, unknownIn } from '../request/unknown-path.js';
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

  /** The paths of all groups and their versions. */
  paths(): readonly string[] {
    return this.groups().flatMap(({ name, versions }) => {
      const head = name === '' ? '/api' : `/apis/${name}`;
      return [head, ...versions.map(({ version }) => `${head}/${version}`)];
    });
  }

  /** The answer for a path below `/api` or `/apis`. @throws ApiError NotFound, NotAcceptable, MethodNotAllowed. */
  handle(request: ApiRequest, path: string): ApiResponse {
    const [root, ...segments] = path.split('/').filter((segment) => segment !== '');
    const core = root === 'api';
    const [group = '', version] = core ? ['', segments[0]] : segments;
    const restful = core || (version !== undefined && isBuiltinGroup(group));
    if (request.method === 'HEAD' && restful) throw methodNotAllowed();
    if (segments.length === 0) return this.#root(request, core);
    const found = this.groups().find(({ name }) => name === group);
    if (found === undefined) throw unknownIn(group);
    const media = documentMedia(header(request, 'accept'));
    if (media === undefined) throw unavailable();
    if (version === undefined) {
      const document = { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) };
      return documentResponse(200, document, { media, pretty: false });
    }
    const list = found.versions.find((candidate) => candidate.version === version);
    if (list === undefined) throw unknownIn(group);
    if (list.stale) return text(503, 'service unavailable\n');
    const groupVersion = apiVersion({ group: found.name, version });
    // The core's list is older than versions of such lists, and says none.
    const ofGroup = core ? {} : { apiVersion: 'v1' };
    const document = { kind: 'APIResourceList', ...ofGroup, groupVersion, resources: list.resources };
    return documentResponse(200, document, { media, pretty: false });
  }

  #root(request: ApiRequest, core: boolean): ApiResponse {
    const { media, version } = rootForm(header(request, 'accept'));
    const groups = this.groups().filter(({ name }) => (name === '') === core);
    if (version !== undefined) return aggregatedList(request, groups, media, version);
    const list = { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupDocument) };
    return documentResponse(200, core ? this.#coreVersions() : list, { media, pretty: false });
  }

  #coreVersions(): ApiVersions {
    const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: this.address() }];
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
  }
}

/** meta/v1 APIVersions: of before there were groups, and without a version of its own. */
interface ApiVersions {
  readonly kind: 'APIVersions';
  readonly versions: readonly string[];
  readonly serverAddressByClientCIDRs: readonly object[];
}

/** How the caller takes what is at a root, and which version of aggregated discovery rather than the plain lists, if any. */
function rootForm(accept: string | undefined): { readonly media: Media; readonly version?: 'v2' | 'v2beta1' } {
  for (const { type, parameters } of acceptEntries(accept)) {
    const media = mediaOf(type);
    if (media === undefined) continue;
    const { as, g, v } = parameters;
    if (as === undefined) return { media };
    if (as === 'APIGroupDiscoveryList' && g === 'apidiscovery.k8s.io' && (v === 'v2' || v === 'v2beta1'))
      return { media, version: v };
  }
  throw notAcceptable();
}

function groupDocument({ name, versions }: ApiGroup): object {
  const listed = versions.map(({ version }) => ({ groupVersion: apiVersion({ group: name, version }), version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

function aggregatedList(
  request: ApiRequest,
  groups: readonly ApiGroup[],
  media: Media,
  version: 'v2' | 'v2beta1',
): ApiResponse {
  const items = groups.map(({ name, versions }) => ({
    metadata: { name, creationTimestamp: null },
    versions: versions.map((entry) => ({
      version: entry.version,
      resources: aggregatedResources(entry.resources),
      freshness: entry.stale ? 'Stale' : 'Current',
    })),
  }));
  const list = { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
  const body = encodeDocument(list, { media, pretty: false });
  const etag = `"${createHash('sha512').update(body).digest('hex').toUpperCase()}"`;
  if (header(request, 'if-none-match') === etag) return { status: 304, headers: { etag }, body: new Uint8Array() };
  const type = `${CONTENT_TYPES[media]};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { status: 200, headers: { 'content-type': type, etag, vary: 'Accept' }, body };
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
