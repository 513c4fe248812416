import { createHash } from 'node:crypto';
import { type ApiRequest, type ApiResponse, apiVersion } from '@drover/api';
import { builtinDigest } from '@drover/api/schemas';
import type { Clock } from '@drover/kit';
import type { AggregatedApis } from '../aggregation/aggregated-apis.js';
import { AGGREGATOR } from '../aggregation/availability.js';
import type { RemoteApi } from '../aggregation/remote-api.js';
import type { ResourceCatalog } from '../catalog/catalog.js';
import type { Served } from '../catalog/definition.js';
import { acceptEntries } from '../request/negotiation.js';
import { header, isKnown, json } from '../request/response.js';
import { Turns } from './document-parts.js';
import { ExtensionDocuments } from './extension-documents.js';
import { mergedEntries } from './merged-entries.js';
import { encodeV2, entriesV2, type FormV2 } from './open-api-v2.js';
import { encodeV3 } from './open-api-v3.js';
import type { PathItem } from './operation.js';
import { type PackedDocument, packDocument } from './packed-document.js';
import {
  customComponents,
  isBuiltin,
  type PublishedQuestion,
  type PublishedVersion,
  versionPaths,
} from './published.js';
import { groupPath, ROOT_PATHS } from './root-paths.js';

const PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** The media types in which documents of either version can be had. */
const FORMS_V2: ReadonlyMap<string, FormV2> = new Map([
  ['application/json', 'json'],
  [PROTOBUF, 'protobuf'],
  // As it was called first.
  ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'protobuf'],
]);
const FORMS_V3: ReadonlyMap<string, 'json'> = new Map([['application/json', 'json']]);
const ANY = ['*', '*/*', 'application/*'];
/** Kubernetes says no word about documents that it has not, or not so. */
const NOT_FOUND: ApiResponse = { status: 404, headers: {}, body: new Uint8Array() };
const NOT_ACCEPTABLE: ApiResponse = { status: 406, headers: {}, body: new Uint8Array() };
/** A document's URL changes with the document, so that it may be kept for ever. */
const FOREVER = 'public, immutable, max-age=31536000';
/** Documents kept encoded; clients ask for one and keep it. */
const KEPT = 4;

/** What is told of a catalogue, as long as that is the same. */
interface Told {
  readonly version: number;
  readonly versions: readonly PublishedVersion[];
  /** The documents of OpenAPI v3, by their paths below `/openapi/v3/`. */
  readonly documents: ReadonlyMap<string, DocumentV3>;
  /** Changes with any of it. */
  readonly hash: string;
}

/** A document of version 3, which is made when it is asked for. */
interface DocumentV3 {
  readonly hash: string;
  make(): Promise<readonly Uint8Array[]>;
}

/**
 * The schemas and operations of everything served, as the catalogue is at the moment. Documents are made when they are asked
 * for, and only a few are kept: they are large, and clients keep their own copies.
 */
export class OpenApi {
  readonly #documents = new Map<string, Promise<PackedDocument>>();
  readonly #extensionDocuments: ExtensionDocuments;
  #told: Told | undefined;
  #known: string | undefined;

  /** `kubernetes` is the version whose API this is: "1.32"; `release` changes with the program. */
  constructor(
    readonly catalog: ResourceCatalog,
    readonly questions: readonly PublishedQuestion[],
    readonly extensions: Pick<AggregatedApis, 'remote'>,
    readonly kubernetes: string,
    readonly release: string,
    clock: Clock,
  ) {
    this.#extensionDocuments = new ExtensionDocuments(clock);
  }

  /** `/openapi/v3`: where each document is. */
  v3Index(_request: ApiRequest): ApiResponse {
    const paths = Object.fromEntries(
      [...this.#tell().documents].map(([path, { hash }]) => {
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
      }),
    );
    for (const api of this.#available()) {
      const path = `apis/${apiVersion(api)}`;
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}` };
    }
    return json(200, { paths });
  }

  /** `/openapi/v3/apis/GROUP/VERSION`; of an extension server its own document. */
  async v3Group(request: ApiRequest, path: string): Promise<ApiResponse> {
    const document = this.#tell().documents.get(path);
    if (document === undefined) {
      const extension = this.#available().find((api) => path === `apis/${apiVersion(api)}`);
      return extension === undefined ? NOT_FOUND : extension.forward(request, AGGREGATOR);
    }
    if (wantedForm(request, FORMS_V3) === undefined) return NOT_ACCEPTABLE;
    const { hash } = document;
    const asked = new URL(request.url, 'https://localhost').searchParams.get('hash') ?? '';
    if (asked !== '' && asked !== hash) {
      return { status: 301, headers: { location: `/openapi/v3/${path}?hash=${hash}` }, body: new Uint8Array() };
    }
    // Only under its hash may the document be kept: without one, the URL stays when the document changes.
    const headers = { etag: `"${hash}"`, ...(asked === '' ? {} : { 'cache-control': FOREVER }) };
    if (isKnown(request, headers.etag)) return { status: 304, headers, body: new Uint8Array() };
    const packed = await this.#document(`${path} ${hash}`, () => document.make());
    return packed.answer(request, { ...headers, 'content-type': 'application/json' });
  }

  /** `/openapi/v2`, in JSON or as protobuf, with what extension servers say of themselves. */
  async v2(request: ApiRequest): Promise<ApiResponse> {
    const form = wantedForm(request, FORMS_V2);
    if (form === undefined) return NOT_ACCEPTABLE;
    const extensions = await this.#extensionDocuments.of(this.#available());
    const told = this.#tell();
    const hash = sha256([told.hash, ...extensions.map((extension) => extension.hash)]);
    const etag = `"${hash}"`;
    if (isKnown(request, etag)) return { status: 304, headers: { etag }, body: new Uint8Array() };
    const packed = await this.#document(`v2 ${form} ${hash}`, () => {
      const turns = new Turns();
      const own = entriesV2(told.versions, rootPaths(told.versions), turns);
      const others = extensions.map(({ entries }) => entries);
      return encodeV2(form, this.kubernetes, mergedEntries(own, others), turns);
    });
    return packed.answer(request, { etag, 'content-type': form === 'json' ? 'application/json' : PROTOBUF });
  }

  /** Of what is the same for all documents, and as long as this program runs: a newer one may say more. */
  #digest(): string {
    this.#known ??= sha256([this.release, builtinDigest()]);
    return this.#known;
  }

  #available(): readonly RemoteApi[] {
    return this.extensions.remote().filter(({ available }) => available);
  }

  /** What there is to tell, put together once for each change of the catalogue. */
  #tell(): Told {
    const { version } = this.catalog;
    if (this.#told?.version === version) return this.#told;
    const versions = this.#versions();
    const documents = this.#documentsV3(versions);
    const hash = sha256([...documents].map(([name, document]) => `${name} ${document.hash}`));
    this.#told = { version, versions: [...versions.values()], documents, hash };
    return this.#told;
  }

  /** Each document of version 3 by its path below `/openapi/v3/`. */
  #documentsV3(versions: ReadonlyMap<string, PublishedVersion>): Map<string, DocumentV3> {
    const documents = new Map<string, DocumentV3>();
    const add = (name: string, hash: string, paths: () => Iterable<PathItem>, published?: PublishedVersion): void => {
      const custom = () => (published === undefined ? [] : customComponents(published));
      documents.set(name, { hash, make: () => encodeV3(paths(), custom(), this.kubernetes, new Turns()) });
    };
    for (const [name, path] of ROOT_PATHS) add(name, sha256([this.#digest(), name]), () => [path]);
    for (const group of builtinGroups([...versions.values()])) {
      add(`apis/${group}`, sha256([this.#digest(), group]), () => [groupPath(group)]);
    }
    for (const [name, published] of versions) {
      add(name, sha256([this.#digest(), fingerprint(published)]), () => versionPaths(published), published);
    }
    return documents;
  }

  /** What is served here in each group version, by the name of its document. */
  #versions(): Map<string, PublishedVersion> {
    const found = new Map<
      string,
      PublishedVersion & { readonly kinds: Served[]; readonly questions: PublishedQuestion[] }
    >();
    const at = (group: string, version: string) => {
      const name = `${group === '' ? 'api' : 'apis'}/${apiVersion({ group, version })}`;
      const known = found.get(name) ?? { group, version, kinds: [], questions: [] };
      found.set(name, known);
      return known;
    };
    for (const definition of this.catalog.definitions()) {
      for (const version of definition.versions) {
        if (version.served) at(definition.group, version.name).kinds.push({ definition, version });
      }
    }
    for (const question of this.questions) at(question.ofGroup, question.ofVersion).questions.push(question);
    return found;
  }

  /** A document of that name, which is made once; whoever asks meanwhile waits for the same. */
  #document(key: string, make: () => Promise<readonly Uint8Array[]>): Promise<PackedDocument> {
    const known = this.#documents.get(key);
    if (known !== undefined) return known;
    const made = make().then(packDocument);
    made.catch(() => this.#documents.delete(key));
    this.#documents.set(key, made);
    const [oldest] = this.#documents.keys();
    if (this.#documents.size > KEPT && oldest !== undefined) this.#documents.delete(oldest);
    return made;
  }
}

/** The form that the caller wants most, of those that there are. */
function wantedForm<Form>(request: ApiRequest, forms: ReadonlyMap<string, Form>): Form | undefined {
  const [first] = forms.values();
  for (const { type } of acceptEntries(header(request, 'accept'))) {
    const form = ANY.includes(type) ? first : forms.get(type);
    if (form !== undefined) return form;
  }
  return undefined;
}

function builtinGroups(versions: readonly PublishedVersion[]): Set<string> {
  return new Set(versions.filter((version) => version.group !== '' && isBuiltin(version)).map(({ group }) => group));
}

function rootPaths(versions: readonly PublishedVersion[]): PathItem[] {
  return [...ROOT_PATHS.map(([, path]) => path), ...[...builtinGroups(versions)].map(groupPath)];
}

function fingerprint({ group, version, kinds }: PublishedVersion): string {
  const parts = kinds.map(({ definition }) => `${definition.kind} ${definition.fingerprint}`);
  return `${group}/${version} ${parts.join(', ')}`;
}

function sha256(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\n`);
  return hash.digest('hex').toUpperCase();
}
