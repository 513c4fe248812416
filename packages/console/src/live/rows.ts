import type { KubeObject, Stored } from '@drover/api';

/** A change of a collection, as a watch tells it. */
export type Change<T extends KubeObject> = { readonly type: 'put' | 'remove'; readonly object: Stored<T> };

/** The key of an object in its collection. */
export const rowKey = ({ metadata }: KubeObject): string =>
  metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name}`;

/** The rows of a list, by key. */
export function rowsOf<T extends KubeObject>(items: readonly Stored<T>[]): ReadonlyMap<string, Stored<T>> {
  return new Map(items.map((item) => [rowKey(item), item]));
}

/**
 * The rows after some changes; the same map when nothing changed. A change that is older than the row it is about (one
 * that the list already contained) is passed over, and so is the removal of a row that has been made anew since.
 */
export function applyChanges<T extends KubeObject>(
  rows: ReadonlyMap<string, Stored<T>>,
  changes: readonly Change<T>[],
): ReadonlyMap<string, Stored<T>> {
  let next: Map<string, Stored<T>> | undefined;
  for (const { type, object } of changes) {
    const key = rowKey(object);
    const known = (next ?? rows).get(key);
    if (known && isOlder(object, known)) continue;
    if (type === 'remove' && (!known || (known.metadata.uid !== object.metadata.uid && known.metadata.uid))) continue;
    next ??= new Map(rows);
    if (type === 'put') next.set(key, object);
    else next.delete(key);
  }
  return next ?? rows;
}

/** Resource versions of the servers we talk to are growing whole numbers; anything else is taken as newer. */
function isOlder(object: KubeObject, known: KubeObject): boolean {
  const [a, b] = [Number(object.metadata.resourceVersion), Number(known.metadata.resourceVersion)];
  return Number.isFinite(a) && Number.isFinite(b) && a < b;
}

/** The highest revision among a list's own and a change's, to resume from. */
export function laterRevision(a: string, b: string | undefined): string {
  if (b === undefined || !/^\d+$/.test(b)) return a;
  if (!/^\d+$/.test(a)) return b;
  return BigInt(b) > BigInt(a) ? b : a;
}
