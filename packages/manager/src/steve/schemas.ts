import type { Kind } from '@drover/api';
import type { ServedKind } from '../clusters/served-kinds.js';
import type { Access, Grant } from '../visibility/access.js';

/** The methods of a URL, each with the right it takes. */
const COLLECTION_METHODS = { GET: 'list', POST: 'create' };
const RESOURCE_METHODS = { GET: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** The name of a kind in Steve: `kubevirt.io.virtualmachine`; `node` in the core group. */
export const schemaIdOf = ({ group, kind }: Pick<Kind, 'group' | 'kind'>): string =>
  `${group === '' ? '' : `${group}.`}${kind.toLowerCase()}`;

/** The collection of a kind in URLs: `kubevirt.io.virtualmachines`; `nodes` in the core group. */
export const collectionNameOf = ({ group, plural }: Pick<Kind, 'group' | 'plural'>): string =>
  `${group === '' ? '' : `${group}.`}${plural}`;

/**
 * A kind as Steve describes it to somebody who has `access`: the methods are those that they may use somewhere. With `where` it
 * says for each verb in which namespaces and for which objects; otherwise only for verbs that hold everywhere, which keeps the
 * list of all schemas short however many namespaces there are.
 */
export function schemaDocument({ kind, verbs }: ServedKind, access: Access, base: string, where: boolean): object {
  const id = schemaIdOf(kind);
  const methods = (of: Readonly<Record<string, string>>): string[] =>
    Object.keys(of).filter((method) => access.has(of[method] ?? ''));
  const whole = ([grant]: readonly Grant[]): boolean => grant?.namespace === '*' && grant.resourceName === '*';
  return {
    id,
    type: 'schema',
    links: { self: `${base}/schemas/${id}`, collection: `${base}/${collectionNameOf(kind)}` },
    pluralName: collectionNameOf(kind),
    resourceMethods: methods(RESOURCE_METHODS),
    collectionMethods: methods(COLLECTION_METHODS),
    resourceFields: null,
    resourceActions: {},
    collectionActions: {},
    attributes: {
      group: kind.group,
      version: kind.version,
      kind: kind.kind,
      resource: kind.plural,
      namespaced: kind.namespaced,
      verbs,
      access: Object.fromEntries([...access].filter(([, grants]) => where || whole(grants))),
    },
  };
}
