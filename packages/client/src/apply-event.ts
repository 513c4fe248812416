import type { KubeObject, ObjectList, Stored, WatchEvent } from '@drover/api';

/**
 * The list after an event of a watch that began at the list's revision. Pure: the list that was given stays as it is, and is
 * returned itself when the event changes nothing. An event that is older than what the list holds is ignored, so that a change
 * seen both by the list and by the watch counts once.
 */
export function applyEvent<T extends KubeObject>(list: ObjectList<T>, event: WatchEvent<T>): ObjectList<T> {
  if (event.type === 'ERROR') return list;
  const { resourceVersion } = event.object.metadata;
  if (event.type === 'BOOKMARK') return { ...list, metadata: { ...list.metadata, resourceVersion } };
  const metadata = { ...list.metadata, resourceVersion };
  const index = list.items.findIndex((item) => isSame(item, event.object));
  const held = list.items[index];
  if (held !== undefined && isOlder(event.object, held)) return list;
  if (event.type === 'DELETED')
    return held === undefined ? { ...list, metadata } : { ...list, metadata, items: list.items.toSpliced(index, 1) };
  const items = held === undefined ? [...list.items, event.object] : list.items.with(index, event.object);
  return { ...list, metadata, items };
}

function isSame(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
}

/**
 * Whether one state of an object came before another. Revisions are opaque to the letter, whole numbers in fact (and by contract
 * since Kubernetes 1.35).
 */
export function isOlder(state: Stored<KubeObject>, than: Stored<KubeObject>): boolean {
  const [a, b] = [Number(state.metadata.resourceVersion), Number(than.metadata.resourceVersion)];
  return Number.isSafeInteger(a) && Number.isSafeInteger(b) && a < b;
}
