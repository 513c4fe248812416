import type { Kind, KubeObject, Stored } from '@drover/api';
import type { Client } from '@drover/client';
import type { Clock } from '@drover/kit';
import { LOCAL } from '../clusters/cluster-id.js';
import type { ServedKind, ServedKinds } from '../clusters/served-kinds.js';
import type { Answer, SignedIn } from '../front/exchange.js';
import type { Caller } from '../identity/caller.js';
import { NormanError } from '../norman/norman-error.js';
import { inTurns } from '../rbac/in-turns.js';
import { accessTo } from '../visibility/access.js';
import { type Collected, readAll, readSight } from '../visibility/read-part.js';
import type { Visibility } from '../visibility/visibility.js';
import type { ResourceTypes } from './resource-types.js';
import { collectionNameOf, schemaDocument, schemaIdOf } from './schemas.js';
import { resourceOf } from './steve-document.js';

/** What somebody sees of a kind; `scope` when it is not all there is, and another one whenever it becomes more or less. */
export type Seen = Collected & { readonly scope?: string };

/** Query parameters of lists that are honoured; any other is refused, because ignoring a filter would show too much. */
const PARAMETERS = new Set(['limit', 'exclude', 'excludeValues', 'include', 'labelSelector']);

/** Lists of any kind of any cluster, and what can be done with each kind, as far as the caller's rights go. */
export class Collections {
  constructor(
    private readonly parts: {
      readonly clientFor: (caller: Caller, cluster: string) => Promise<Client>;
      readonly visibility: Pick<Visibility, 'of'>;
      readonly types: Pick<ResourceTypes, 'kind'>;
      readonly kinds: Pick<ServedKinds, 'of'>;
      readonly clock: Clock;
    },
  ) {}

  /**
   * What the caller may see of a kind: all of it, the union of the namespaces in which it may list it, or the objects that it may get
   * by name. Of what it may not see there is nothing, and no error.
   */
  async seen(
    { caller, signal, url }: SignedIn,
    cluster: string,
    { kind, namespace }: { readonly kind: Kind<KubeObject>; readonly namespace?: string | undefined },
  ): Promise<Seen> {
    for (const parameter of url.searchParams.keys()) {
      if (!PARAMETERS.has(parameter))
        throw new NormanError('InvalidOption', `the parameter "${parameter}" is not implemented`);
    }
    const client = await this.parts.clientFor(caller, cluster);
    const labelSelector = url.searchParams.get('labelSelector') ?? undefined;
    const reading = { client, kind, labelSelector, signal };
    const view = this.parts.visibility.of(cluster);
    const sight = await view.sight(caller.identity, { kind, namespace });
    if (sight === 'everything') return readAll(reading, namespace);
    const collected = await readSight(reading, { sight, everything: view.client, namespace });
    return { ...collected, scope: sight.scope };
  }

  /** `GET …/v1/:type` and `GET …/v1/:type/:namespace` of any kind of a cluster. */
  async list(exchange: SignedIn, cluster: string): Promise<Answer> {
    const { params, caller, url } = exchange;
    const { type = '', namespace } = params;
    const kind = await this.parts.types.kind(cluster, await this.parts.clientFor(caller, cluster), type);
    const seen = await this.seen(exchange, cluster, { kind, namespace });
    const base = `${baseOf(url, cluster)}/${collectionNameOf(kind)}`;
    return this.document(exchange, seen, schemaIdOf(kind), (object) => {
      const { namespace: where, name } = object.metadata;
      const self = `${base}/${where === undefined ? '' : `${where}/`}${name}`;
      return { ...resourceOf(kind, object), links: { self } };
    });
  }

  /** A collection in Steve's form, written in turns: it may hold many thousands of objects. */
  async document(
    { url }: Pick<SignedIn, 'url'>,
    { revision, scope, objects }: Seen,
    resourceType: string,
    documentOf: (object: Stored<KubeObject>) => object,
    more: object = {},
  ): Promise<Answer> {
    const head = {
      type: 'collection',
      resourceType,
      links: { self: `${url.origin}${url.pathname}` },
      createTypes: {},
      actions: {},
      revision,
      ...(scope === undefined ? {} : { scope }),
      count: objects.length,
      ...more,
    };
    const texts: string[] = [];
    await inTurns(writing(objects, documentOf, texts), this.parts.clock);
    const text = `${JSON.stringify(head).slice(0, -1)},"data":[${texts.join(',')}]}`;
    return { status: 200, headers: { 'content-type': 'application/json' }, text };
  }

  /** `GET …/v1/schemas`: every kind that the caller may do anything with, and which methods it may use somewhere. */
  async schemas({ caller, url }: SignedIn, cluster: string): Promise<Answer> {
    const base = baseOf(url, cluster);
    const kinds = await this.#kinds(caller, cluster);
    const held = await this.parts.visibility.of(cluster).rulesOf(caller.identity);
    const data = [...accessTo(kinds, held, 'one place')].map(([kind, access]) =>
      schemaDocument(kind, access, base, false),
    );
    const links = { self: `${base}/schemas` };
    const json = { type: 'collection', resourceType: 'schema', links, createTypes: {}, actions: {}, data };
    return { status: 200, headers: { 'x-api-schemas': links.self }, json };
  }

  /** `GET …/v1/schemas/:id`: one kind, and where the caller may use each of its verbs. */
  async schema({ caller, url, params }: SignedIn, cluster: string): Promise<Answer> {
    const id = (params['id'] ?? '').toLowerCase();
    const kinds = await this.#kinds(caller, cluster);
    const named = kinds.filter(({ kind }) => schemaIdOf(kind) === id || collectionNameOf(kind) === id);
    const held = await this.parts.visibility.of(cluster).rulesOf(caller.identity);
    const [found] = accessTo(named, held);
    if (found === undefined) throw new NormanError('NotFound', `failed to find schema ${id}`);
    return { status: 200, json: schemaDocument(...found, baseOf(url, cluster), true) };
  }

  async #kinds(caller: Caller, cluster: string): Promise<readonly ServedKind[]> {
    return this.parts.kinds.of(cluster, await this.parts.clientFor(caller, cluster));
  }
}

function* writing(
  objects: readonly Stored<KubeObject>[],
  documentOf: (object: Stored<KubeObject>) => object,
  texts: string[],
): Generator<void, void> {
  for (const object of objects) {
    texts.push(JSON.stringify(documentOf(object)));
    yield;
  }
}

const baseOf = ({ origin }: URL, cluster: string): string =>
  cluster === LOCAL ? `${origin}/v1` : `${origin}/k8s/clusters/${cluster}/v1`;
