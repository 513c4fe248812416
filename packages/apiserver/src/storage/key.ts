import type { ObjectRef } from '@drover/api';

const ROOT = '/registry/';
/** The core group has an empty name; a segment must not. */
const CORE = 'core';
/** Stands where a cluster-scoped object has no namespace; no namespace can be called so. */
const CLUSTER = '-';

interface Resource {
  readonly group: string;
  readonly plural: string;
}

/**
 * Where a kind's objects are: no other kind's key starts so, because every segment ends in `/` and holds none. `storedAs` names
 * the kind whose objects they are, when it is another one.
 */
export function collectionPrefix(resource: Resource & { readonly storedAs?: Resource | undefined }): string {
  const { group, plural } = resource.storedAs ?? resource;
  return `${ROOT}${segment(group === '' ? CORE : group)}/${segment(plural)}/`;
}

/** Where a kind's objects of one namespace are. */
export function namespacePrefix(collection: string, namespace: string): string {
  return `${collection}${segment(namespace)}/`;
}

/** Where one object is. `namespace` is absent exactly for kinds without namespaces. */
export function objectKey(collection: string, { namespace, name }: ObjectRef): string {
  return `${collection}${namespace === undefined ? CLUSTER : segment(namespace)}/${segment(name)}`;
}

/** Which object a key of `collection` names. */
export function refOf(collection: string, key: string): ObjectRef {
  const [namespace, name] = key.slice(collection.length).split('/') as [string, string];
  return namespace === CLUSTER ? { name } : { namespace, name };
}

/**
 * Thrown for a name that would leave its place among the keys. Names are validated long before; this is the second lock.
 */
export class UnsafeKey extends Error {
  override readonly name = 'UnsafeKey';
}

function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('\0')) {
    throw new UnsafeKey(`"${text}" cannot be part of a storage key`);
  }
  return text;
}
