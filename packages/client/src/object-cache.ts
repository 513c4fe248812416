import type { KubeObject, Stored } from '@drover/api';
import type { InformerEvent } from './informer.js';

/** For an object, the values under which an index finds it. */
export type IndexFunction<T extends KubeObject> = (object: Stored<T>) => readonly string[];

/**
 * Objects by `namespace/name`, with indexes. Each change answers with what an observer must be told: nothing when the object
 * is the one already held, so that a list after a broken watch doubles no event.
 */
export class ObjectCache<T extends KubeObject> {
  readonly #objects = new Map<string, Stored<T>>();
  readonly #indexes: readonly {
    readonly name: string;
    readonly of: IndexFunction<T>;
    readonly rows: Map<string, Set<string>>;
  }[];

  constructor(indexes: Readonly<Record<string, IndexFunction<T>>>) {
    this.#indexes = Object.entries({ ...indexes, [NAMESPACE]: namespaceOf }).map(([name, of]) => ({
      name,
      of,
      rows: new Map(),
    }));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string | undefined, name: string): Stored<T> | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  all(): Stored<T>[] {
    return [...this.#objects.values()];
  }

  inNamespace(namespace: string): Stored<T>[] {
    return this.by(NAMESPACE, namespace);
  }

  /** @throws TypeError when no index has this name. */
  by(index: string, value: string): Stored<T>[] {
    const found = this.#indexes.find(({ name }) => name === index);
    if (found === undefined) throw new TypeError(`there is no index "${index}"`);
    const objects: Stored<T>[] = [];
    for (const key of found.rows.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) objects.push(object);
    }
    return objects;
  }

  /** Takes over the newest form of an object. */
  put(object: Stored<T>): InformerEvent<T>[] {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const key = keyOf(namespace, name);
    const previous = this.#objects.get(key);
    if (previous?.metadata.uid === uid && previous.metadata.resourceVersion === resourceVersion) return [];
    if (previous !== undefined) this.#unindex(key, previous);
    this.#objects.set(key, object);
    this.#index(key, object);
    if (previous === undefined) return [{ type: 'added', object }];
    // Deleted and made anew while nobody watched: the name is the same, the object is not.
    if (previous.metadata.uid !== uid) {
      return [
        { type: 'deleted', object: previous },
        { type: 'added', object },
      ];
    }
    return [{ type: 'updated', object, previous }];
  }

  /** Forgets an object; `object` is its last form. */
  remove(object: Stored<T>): InformerEvent<T>[] {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = this.#objects.get(key);
    if (previous === undefined) return [];
    this.#objects.delete(key);
    this.#unindex(key, previous);
    return [{ type: 'deleted', object }];
  }

  /** Makes the cache hold exactly `objects`; the answer is what has changed. */
  replace(objects: readonly Stored<T>[]): InformerEvent<T>[] {
    const listed = new Set(objects.map(({ metadata: { namespace, name } }) => keyOf(namespace, name)));
    const gone = [...this.#objects].filter(([key]) => !listed.has(key)).flatMap(([, object]) => this.remove(object));
    return [...gone, ...objects.flatMap((object) => this.put(object))];
  }

  #index(key: string, object: Stored<T>): void {
    for (const { of, rows } of this.#indexes) {
      for (const value of of(object)) {
        const row = rows.get(value);
        if (row === undefined) rows.set(value, new Set([key]));
        else row.add(key);
      }
    }
  }

  #unindex(key: string, object: Stored<T>): void {
    for (const { of, rows } of this.#indexes) {
      for (const value of of(object)) {
        const row = rows.get(value);
        row?.delete(key);
        if (row?.size === 0) rows.delete(value);
      }
    }
  }
}

/** No index of a caller can have this name by accident. */
const NAMESPACE = ' namespace';
const namespaceOf = (object: KubeObject): readonly string[] =>
  object.metadata.namespace === undefined ? [] : [object.metadata.namespace];

function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
