import type { KubeObject, ObjectRef, Stored } from '@drover/api';
import { type Client, createClient, type Transport } from '@drover/client';
import type { Clock } from '@drover/kit';
import { type Answer, type Exchange, ok, type SignedIn } from '../front/exchange.js';
import { type Caller, impersonationHeaders } from '../identity/caller.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { Settings } from '../settings.js';
import { collectionPage } from './collection-query.js';
import { NormanError } from './norman-error.js';
import { collectionDocument, type NormanType, resourceDocument, schemaDocument } from './resource.js';

/** What the generic part of `/v3` is made of. */
export interface NormanParts {
  readonly types: readonly NormanType<KubeObject>[];
  readonly reviews: AccessReviews;
  /** The local API as administrator, who may impersonate. */
  readonly local: Transport;
  readonly settings: Settings;
  readonly clock: Clock;
  /** Why the caller cannot delete this object, whatever RBAC says; `undefined` when it can. */
  readonly removalFault: (caller: Caller, type: NormanType<KubeObject>, name: string) => string | undefined;
}

/**
 * Rancher's own API over the objects of the management cluster: reads from memory what RBAC lets the caller read, writes in the
 * caller's name.
 */
export class NormanApi {
  constructor(private readonly parts: NormanParts) {}

  /** `GET /v3`: where everything is. */
  async root(exchange: Exchange): Promise<Answer> {
    const base = baseOf(exchange);
    const links = Object.fromEntries(this.parts.types.map(({ plural }) => [plural, `${base}/${plural}`]));
    return {
      status: 200,
      headers: { 'x-api-schemas': `${base}/schemas` },
      json: {
        type: 'apiRoot',
        apiVersion: { group: 'management.cattle.io', path: '/v3', version: 'v3' },
        links: { ...links, self: base },
      },
    };
  }

  /** `GET /v3/schemas`. */
  async schemas(exchange: Exchange): Promise<Answer> {
    const base = baseOf(exchange);
    const data = [...this.parts.types, ...FURTHER_TYPES].map((type) => schemaDocument(type, base));
    const type = { id: 'schema', plural: 'schemas', collectionMethods: ['GET'] } as const;
    const json = collectionDocument(type, collectionPage(data, exchange.url), base);
    return { status: 200, headers: { 'x-api-schemas': `${base}/schemas` }, json };
  }

  /** `GET /v3/:type`, filtered, sorted and paged by the query. */
  async list(exchange: SignedIn): Promise<Answer> {
    const type = this.#type(exchange);
    const base = baseOf(exchange);
    const visible = await this.visible(exchange.caller, type);
    const documents = visible.map((object) => resourceDocument(type, object, base));
    return withSchemas(collectionDocument(type, collectionPage(documents, exchange.url), base), base);
  }

  /** `GET /v3/:type/:id`. */
  async get(exchange: SignedIn): Promise<Answer> {
    const type = this.#type(exchange);
    const base = baseOf(exchange);
    const object = await this.object(exchange.caller, type, exchange.params['id'] ?? '');
    return withSchemas(resourceDocument(type, object, base), base);
  }

  /** `DELETE /v3/:type/:id`. */
  async remove(exchange: SignedIn): Promise<Answer> {
    const type = this.#type(exchange);
    if (!type.resourceMethods.includes('DELETE')) throw notAllowed('DELETE', type.id);
    const base = baseOf(exchange);
    const object = await this.object(exchange.caller, type, exchange.params['id'] ?? '');
    const { namespace, name, uid } = object.metadata;
    const fault = this.parts.removalFault(exchange.caller, type, name);
    if (fault !== undefined) throw new NormanError('PermissionDenied', fault);
    await this.asUser(exchange.caller).delete(type.kind, { namespace, name }, { preconditions: { uid } });
    return ok(resourceDocument(type, object, base));
  }

  /** The type of the URL, in any case. */
  type(name: string): NormanType<KubeObject> | undefined {
    const lower = name.toLowerCase();
    return this.parts.types.find(({ plural, id }) => plural === lower || id.toLowerCase() === lower);
  }

  /** A type that the table has. */
  known(plural: string): NormanType<KubeObject> {
    const type = this.type(plural);
    if (type === undefined) throw new Error(`the table of types has no ${plural}`);
    return type;
  }

  /** The object `id` of `type`, when the caller may get it; otherwise the same 404 as for one that does not exist. */
  async object(caller: Caller, type: NormanType<KubeObject>, id: string): Promise<Stored<KubeObject>> {
    const { namespace, name } = refOf(type, id);
    const found = type
      .list()
      .find((object) => object.metadata.name === name && object.metadata.namespace === namespace);
    const allowed = await this.#may(caller, type, 'get', { namespace, name });
    if (found === undefined || !allowed) throw new NormanError('NotFound', `${type.id} "${id}" does not exist`);
    return found;
  }

  /** What of `type` the caller may see: all, what is in namespaces it may list, or single objects. */
  async visible(caller: Caller, type: NormanType<KubeObject>): Promise<readonly Stored<KubeObject>[]> {
    const objects = type.list();
    if (await this.#may(caller, type, 'list', {})) return objects;
    const visible: Stored<KubeObject>[] = [];
    for (const object of objects) {
      const { namespace, name } = object.metadata;
      // Answers are remembered: of a namespace with many objects one question is asked.
      const listed = namespace !== undefined && (await this.#may(caller, type, 'list', { namespace }));
      if (listed || (await this.#may(caller, type, 'get', { namespace, name }))) visible.push(object);
    }
    return visible;
  }

  /** The local API in the caller's name: RBAC and admission decide as if the caller had used kubectl. */
  asUser({ identity }: Caller): Client {
    const transport: Transport = {
      send: (request) =>
        this.parts.local.send({ ...request, headers: { ...request.headers, ...impersonationHeaders(identity) } }),
    };
    return createClient(transport, { clock: this.parts.clock, userAgent: 'drover' });
  }

  #type({ params }: Exchange): NormanType<KubeObject> {
    const name = params['type'] ?? '';
    const type = this.type(name);
    if (type === undefined) throw new NormanError('NotFound', `the type "${name}" is not served`);
    return type;
  }

  #may(caller: Caller, { kind }: NormanType<KubeObject>, verb: string, ref: Partial<ObjectRef>): Promise<boolean> {
    const { namespace, name } = ref;
    return this.parts.reviews.allowed(caller.identity, {
      verb,
      group: kind.group,
      resource: kind.plural,
      namespace,
      name,
    });
  }
}

/** Types of `/v3` that are no objects of the management cluster, or are not read as such. */
const FURTHER_TYPES = [
  {
    id: 'token',
    plural: 'tokens',
    collectionMethods: ['GET', 'POST'],
    resourceMethods: ['GET', 'DELETE'],
    actions: ['logout'],
  },
  { id: 'principal', plural: 'principals', collectionMethods: ['GET'], resourceMethods: ['GET'] },
] as const;

/** The URL of `/v3` as this client reaches it. */
export function baseOf({ url }: Pick<Exchange, 'url'>): string {
  return `${url.origin}/v3`;
}

/** A document with the header that Go clients of Rancher demand. */
export function withSchemas(json: object, base: string): Answer {
  return { status: 200, headers: { 'x-api-schemas': `${base}/schemas` }, json };
}

/** Refuses a method by name. */
export const notAllowed = (method: string, type: string): NormanError =>
  new NormanError('MethodNotAllow', `${method} of a ${type} is not implemented here: use the Kubernetes API`);

/** `namespace:name` or `name` as a reference to an object of the type. */
export function refOf(type: NormanType<KubeObject>, id: string): ObjectRef {
  if (!type.kind.namespaced) return { name: id };
  const at = id.indexOf(':');
  return { namespace: id.slice(0, Math.max(at, 0)), name: id.slice(at + 1) };
}
