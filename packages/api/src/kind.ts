import type { KubeObject } from './object.js';

/**
 * How the API names a kind, and, in the type parameter, what its objects look like: what a client needs to address it.
 * `group` is empty for the core group.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set: carries the object's type. */
  readonly type?: T;
}

/** Declares a kind once; the rest of the program passes the value around. */
export function defineKind<T extends KubeObject>(kind: Omit<Kind<T>, 'type'>): Kind<T> {
  return kind;
}

/** "v1", "apps/v1": the `apiVersion` of the kind's objects. */
export function apiVersion({ group, version }: Pick<Kind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Which object of a kind; `namespace` is absent exactly for kinds without namespaces. */
export interface ObjectRef {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * The URL path of a kind's collection, or of one object, or of its subresource, each segment escaped:
 * `/apis/apps/v1/namespaces/default/deployments/web/status`.
 */
export function resourcePath(
  kind: Pick<Kind, 'group' | 'version' | 'plural'>,
  { namespace, name, subresource }: { namespace?: string | undefined; name?: string; subresource?: string } = {},
): string {
  const segments = kind.group === '' ? ['api', kind.version] : ['apis', kind.group, kind.version];
  if (namespace !== undefined) segments.push('namespaces', namespace);
  segments.push(kind.plural);
  if (name !== undefined) segments.push(name);
  if (subresource !== undefined) segments.push(...subresource.split('/'));
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
