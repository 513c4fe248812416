import type { Kind, KubeObject, Stored } from '@drover/api';
import type { CollectionPage } from './collection-query.js';

/** Methods a client may use, as schemas tell them. */
export type Methods = readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];

/** One type of Rancher's own API: which Kubernetes kind it shows, and how. */
export interface NormanType<T extends KubeObject> {
  /** `clusterRegistrationToken`; URLs take it in any case. */
  readonly id: string;
  readonly plural: string;
  readonly kind: Kind<T>;
  /** The objects there are, from memory. */
  readonly list: () => readonly Stored<T>[];
  /** The fields of the document beside those every resource has. */
  readonly fields: (object: Stored<T>) => object;
  readonly name?: (object: Stored<T>) => string;
  readonly state?: (object: Stored<T>) => State;
  /** Collections that belong to one object: link name to the query that finds them. */
  readonly children?: Readonly<Record<string, (id: string) => string>>;
  readonly actions?: readonly string[];
  readonly collectionMethods: Methods;
  readonly resourceMethods: Methods;
}

/** How an object fares, in Rancher's words. */
export interface State {
  readonly name: string;
  readonly transitioning: 'yes' | 'no' | 'error';
  readonly message: string;
}

const CREATOR_ID = 'field.cattle.io/creatorId';

/** The id of an object in Norman: `name`, or `namespace:name`. */
export function normanId({ metadata }: Stored<KubeObject>): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}:${metadata.name}`;
}

/** An object as Rancher's own API shows it; `base` is the URL of `/v3`. */
export function resourceDocument<T extends KubeObject>(type: NormanType<T>, object: Stored<T>, base: string): object {
  const { metadata } = object;
  const id = normanId(object);
  const self = `${base}/${type.plural}/${encodeURIComponent(id)}`;
  const state = type.state?.(object) ?? { name: 'active', transitioning: 'no', message: '' };
  const children = Object.entries(type.children ?? {}).map(([link, query]) => [link, `${base}/${query(id)}`]);
  return {
    id,
    type: type.id,
    baseType: type.id,
    name: type.name?.(object) ?? metadata.name,
    created: metadata.creationTimestamp,
    createdTS: Date.parse(metadata.creationTimestamp),
    uuid: metadata.uid,
    creatorId: metadata.annotations?.[CREATOR_ID] ?? null,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    state: metadata.deletionTimestamp === undefined ? state.name : 'removing',
    transitioning: metadata.deletionTimestamp === undefined ? state.transitioning : 'yes',
    transitioningMessage: state.message,
    ...(metadata.deletionTimestamp === undefined ? {} : { removed: metadata.deletionTimestamp }),
    ...(metadata.namespace === undefined ? {} : { namespaceId: metadata.namespace }),
    links: {
      self,
      ...(type.resourceMethods.includes('PUT') ? { update: self } : {}),
      ...(type.resourceMethods.includes('DELETE') ? { remove: self } : {}),
      ...Object.fromEntries(children),
    },
    actions: Object.fromEntries((type.actions ?? []).map((action) => [action, `${self}?action=${action}`])),
    ...type.fields(object),
  };
}

/** A page of resources. */
export function collectionDocument(
  type: { readonly id: string; readonly plural: string; readonly collectionMethods: Methods },
  { data, pagination, sort, filters }: CollectionPage,
  base: string,
): object {
  const self = `${base}/${type.plural}`;
  return {
    type: 'collection',
    resourceType: type.id,
    links: { self },
    createTypes: type.collectionMethods.includes('POST') ? { [type.id]: self } : {},
    actions: {},
    pagination,
    sort,
    filters,
    data,
  };
}

/** A type as the schemas of the API tell it: Go clients look up methods and links there before they ask anything. */
export function schemaDocument(
  type: Pick<NormanType<KubeObject>, 'id' | 'plural' | 'collectionMethods' | 'resourceMethods' | 'actions'>,
  base: string,
): object {
  return {
    id: type.id,
    type: 'schema',
    baseType: 'schema',
    pluralName: type.plural,
    version: { group: 'management.cattle.io', path: '/v3', version: 'v3' },
    links: { self: `${base}/schemas/${type.id}`, collection: `${base}/${type.plural}` },
    collectionMethods: type.collectionMethods,
    resourceMethods: type.resourceMethods,
    resourceFields: {},
    resourceActions: Object.fromEntries((type.actions ?? []).map((action) => [action, {}])),
    collectionActions: {},
    collectionFilters: {},
  };
}
