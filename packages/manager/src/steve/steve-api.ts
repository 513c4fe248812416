import type { JsonObject, KubeObject } from '@drover/api';
import { isJsonObject } from '@drover/api';
import { LOCAL } from '../clusters/cluster-id.js';
import { readObject } from '../front/body.js';
import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import type { NormanApi } from '../norman/norman-api.js';
import { NormanError } from '../norman/norman-error.js';
import type { Collections } from './collections.js';
import { steveDocument } from './steve-document.js';
import { type SteveType, steveType } from './steve-types.js';

/** The part of `/v1` that is served: each request goes to the local Kubernetes API in the caller's name. */
export class SteveApi {
  constructor(
    private readonly norman: NormanApi,
    private readonly collections: Collections,
  ) {}

  /** `GET /v1/:type` and `GET /v1/:type/:namespace` of a kind with namespaces: what the caller may see of it. */
  async list(exchange: SignedIn, namespace?: string): Promise<Answer> {
    const { type: name = '' } = exchange.params;
    const type = steveType(name);
    if (type === undefined) {
      const params = { type: name, ...(namespace === undefined ? {} : { namespace }) };
      return this.collections.list({ ...exchange, params }, LOCAL);
    }
    const seen = await this.collections.seen(exchange, LOCAL, { kind: type.kind, namespace });
    const { origin } = exchange.url;
    const createTypes = type.methods.includes('POST')
      ? { [type.id]: `${origin}/v1/${type.kind.group}.${type.kind.plural}` }
      : {};
    return this.collections.document(exchange, seen, type.id, (item) => steveDocument(type, item, origin), {
      createTypes,
    });
  }

  /** `GET /v1/:type/:name`, or the list of a namespace. */
  async getOrList(exchange: SignedIn): Promise<Answer> {
    const { name = '', type: given = '' } = exchange.params;
    const type = steveType(given);
    if (type === undefined) return this.list(exchange, name);
    return type.kind.namespaced ? this.list(exchange, name) : this.#get(exchange, type, undefined, name);
  }

  /** `GET /v1/:type/:namespace/:name` */
  async get(exchange: SignedIn): Promise<Answer> {
    const { namespace, name = '' } = exchange.params;
    return this.#get(exchange, typeOf(exchange), namespace, name);
  }

  /** `POST /v1/:type`, and with the namespace in the path. */
  async create(exchange: SignedIn): Promise<Answer> {
    const type = demand('POST', typeOf(exchange));
    const object = objectOf(type, await readObject(exchange.request), exchange.params['name']);
    const made = await this.norman.asUser(exchange.caller).create(type.kind, object);
    return { status: 201, json: steveDocument(type, made, exchange.url.origin) };
  }

  /** `PUT /v1/:type/…`: replaces the object; what Steve added to the document is ignored. */
  async update(exchange: SignedIn): Promise<Answer> {
    const type = demand('PUT', typeOf(exchange));
    const { namespace, name } = exchange.params;
    const object = objectOf(type, await readObject(exchange.request), namespace);
    const changed = await this.norman
      .asUser(exchange.caller)
      .update(type.kind, { ...object, metadata: { ...object.metadata, ...(name === undefined ? {} : { name }) } });
    return ok(steveDocument(type, changed, exchange.url.origin));
  }

  /** `DELETE /v1/:type/…`: answers with the object as it was. */
  async remove(exchange: SignedIn): Promise<Answer> {
    const type = demand('DELETE', typeOf(exchange));
    const { namespace, name = '' } = exchange.params;
    const client = this.norman.asUser(exchange.caller);
    const object = await client.get(type.kind, { namespace, name });
    await client.delete(type.kind, { namespace, name });
    return ok(steveDocument(type, object, exchange.url.origin));
  }

  async #get({ caller, url }: SignedIn, type: SteveType, namespace: string | undefined, name: string): Promise<Answer> {
    const object = await this.norman.asUser(caller).get(type.kind, { namespace, name });
    return ok(steveDocument(type, object, url.origin));
  }
}

function typeOf({ params }: SignedIn): SteveType {
  const name = params['type'] ?? '';
  const type = steveType(name);
  if (type === undefined) {
    throw new NormanError(
      'NotFound',
      `/v1/${name} is not implemented: use the Kubernetes API below /apis or /k8s/clusters/local`,
    );
  }
  return type;
}

function demand(method: 'POST' | 'PUT' | 'DELETE', type: SteveType): SteveType {
  if (type.methods.includes(method)) return type;
  throw new NormanError(
    'MethodNotAllow',
    `${method} of ${type.id} is not implemented here: use /v3 or the Kubernetes API`,
  );
}

/** The Kubernetes object in a document: without what Steve added, with what the type says. */
function objectOf(type: SteveType, body: JsonObject, namespace: string | undefined): KubeObject {
  const {
    id: _,
    type: __,
    links: ___,
    actions: ____,
    metadata: given,
    apiVersion: _____,
    kind: ______,
    ...fields
  } = body;
  if (!isJsonObject(given)) throw new NormanError('MissingRequired', 'metadata is required', { fieldName: 'metadata' });
  const { state: _7, relationships: _8, fields: _9, ...metadata } = given;
  return {
    ...fields,
    apiVersion: type.kind.group === '' ? type.kind.version : `${type.kind.group}/${type.kind.version}`,
    kind: type.kind.kind,
    metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) },
  };
}
