import { createHash } from 'node:crypto';
import { type ApiRequest, type ApiResponse, apiVersion, notServed, type Schema } from '@drover/api';
import { builtinSchemas } from '@drover/api/schemas';
import type { AggregatedApis } from '../aggregation/aggregated-apis.js';
import { AGGREGATOR } from '../aggregation/availability.js';
import type { RemoteApi } from '../aggregation/remote-api.js';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import { acceptEntries } from '../request/negotiation.js';
import { compressed, header, json, jsonBytes } from '../request/response.js';
import { encodeOpenApiV2 } from './gnostic.js';
import { componentOf, openApiV3 } from './open-api-v3.js';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** A document's URL changes with the document, so that it may be kept for ever. */
const FOREVER = 'public, immutable, max-age=31536000';
/** Documents kept encoded; clients ask for one and keep it. */
const KEPT = 4;

/**
 * The schemas of everything served, as the catalogue is at the moment. Documents are made when they are asked for, and only a
 * few are kept: they are large, and clients keep their own copies.
 */
export class OpenApi {
  readonly #documents = new Map<string, Buffer>();

  constructor(
    readonly catalog: ResourceCatalog,
    readonly extensions: Pick<AggregatedApis, 'remote'>,
    readonly title: string,
    readonly version: string,
  ) {}

  /** `/openapi/v3`: where each group version's document is. */
  v3Index(_request: ApiRequest): ApiResponse {
    const paths = Object.fromEntries(
      [...this.#groupVersions()].map(([path, served]) => {
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${fingerprint(served)}` }];
      }),
    );
    for (const api of this.#available()) {
      const path = `apis/${apiVersion(api)}`;
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}` };
    }
    return json(200, { paths });
  }

  /** `/openapi/v3/apis/GROUP/VERSION`; of an extension server its own document. @throws ApiError NotFound. */
  v3Group(request: ApiRequest, path: string): Promise<ApiResponse> | ApiResponse {
    const served = this.#groupVersions().get(path);
    if (served === undefined) {
      const extension = this.#available().find((api) => path === `apis/${apiVersion(api)}`);
      if (extension === undefined) throw notServed();
      return extension.forward(request, AGGREGATOR);
    }
    const hash = fingerprint(served);
    const asked = new URL(request.url, 'https://localhost').searchParams.get('hash');
    if (asked !== null && asked !== hash) {
      return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${hash}` }, body: new Uint8Array() };
    }
    // Only under its hash may the document be kept: without one, the URL stays when the document changes.
    const headers = { etag: `"${hash}"`, ...(asked === null ? {} : { 'cache-control': FOREVER }) };
    if (header(request, 'if-none-match') === headers.etag) return { status: 304, headers, body: new Uint8Array() };
    const bytes = this.#document(`${path} ${hash}`, () => Buffer.from(JSON.stringify(openApiV3(served))));
    return compressed(request, jsonBytes(200, bytes, headers));
  }

  /** `/openapi/v2`, in JSON or as protobuf. Custom kinds are named there; their fields are version 3's to tell. */
  v2(request: ApiRequest): Promise<ApiResponse> {
    const all = [...this.#groupVersions().values()].flat();
    const hash = fingerprint(all);
    const wanted = acceptEntries(header(request, 'accept')).find(({ type }) => /protobuf|json|\*\/\*/.test(type));
    const etag = `"${hash}"`;
    if (header(request, 'if-none-match') === etag) {
      return Promise.resolve({ status: 304, headers: { etag }, body: new Uint8Array() });
    }
    if (wanted?.type.includes('protobuf')) {
      const bytes = this.#document(`v2 protobuf ${hash}`, () =>
        encodeOpenApiV2(this.title, this.version, definitions(all)),
      );
      return compressed(request, { status: 200, headers: { 'content-type': PROTOBUF, etag }, body: bytes });
    }
    const bytes = this.#document(`v2 ${hash}`, () => this.#v2Json(definitions(all)));
    return compressed(request, jsonBytes(200, bytes, { etag }));
  }

  #available(): readonly RemoteApi[] {
    return this.extensions.remote().filter(({ available }) => available);
  }

  #v2Json(schemas: Readonly<Record<string, Schema>>): Buffer {
    const document = {
      swagger: '2.0',
      info: { title: this.title, version: this.version },
      paths: {},
      definitions: schemas,
    };
    return Buffer.from(JSON.stringify(document).replaceAll('#/components/schemas/', '#/definitions/'));
  }

  #groupVersions(): Map<string, Served[]> {
    const found = new Map<string, Served[]>();
    for (const definition of this.catalog.definitions()) {
      for (const version of definition.versions.filter(({ served }) => served)) {
        const path = `${definition.group === '' ? 'api' : 'apis'}/${apiVersion({ group: definition.group, version: version.name })}`;
        found.set(path, [...(found.get(path) ?? []), { definition, version }]);
      }
    }
    return found;
  }

  #document(key: string, make: () => Buffer): Buffer {
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const bytes = make();
    this.#documents.set(key, bytes);
    const [oldest] = this.#documents.keys();
    if (this.#documents.size > KEPT && oldest !== undefined) this.#documents.delete(oldest);
    return bytes;
  }
}

/** The schemas of version 2: the built-in kinds whole, the custom ones by name. */
function definitions(served: readonly Served[]): Record<string, Schema> {
  const schemas: Record<string, Schema> = { ...builtinSchemas() };
  for (const { definition, version } of served) {
    if (definition.builtin) continue;
    const { name } = componentOf(definition, version);
    const kind = { group: definition.group, version: version.name, kind: definition.kind };
    schemas[name] = { type: 'object', 'x-kubernetes-group-version-kind': [kind] };
  }
  return schemas;
}

function fingerprint(served: readonly Served[]): string {
  const hash = createHash('sha256');
  for (const { definition, version } of served) {
    hash.update(`${definition.group}/${version.name}/${definition.kind} ${definition.fingerprint}\n`);
  }
  return hash.digest('hex').toUpperCase();
}
