import type { Clock } from '@drover/kit';
import type { Store } from '@drover/store';

/** Told of each write that ended, also of one that was refused: which it was, the key's kind as `PLURAL.GROUP`, how long it took. */
export type OnWrite = (operation: 'create' | 'update' | 'delete', kind: string, seconds: number) => void;

/** The same store, with its writes timed. Reads are from memory, and over before a clock could tell. */
export function measuredStore(store: Store, clock: Clock, onWrite: OnWrite): Store {
  const timed = async <T>(operation: 'create' | 'update' | 'delete', key: string, write: Promise<T>): Promise<T> => {
    const started = clock.now();
    try {
      return await write;
    } finally {
      onWrite(operation, kindOf(key), (clock.now() - started) / 1000);
    }
  };
  return {
    get revision() {
      return store.revision;
    },
    get oldest() {
      return store.oldest;
    },
    get health() {
      return store.health;
    },
    get: (key) => store.get(key),
    list: (prefix, page) => store.list(prefix, page),
    count: (prefix) => store.count(prefix),
    size: () => store.size(),
    create: (key, value) => timed('create', key, store.create(key, value)),
    update: (key, value, expected) => timed('update', key, store.update(key, value, expected)),
    delete: (key, expected) => timed('delete', key, store.delete(key, expected)),
    watch: (prefix, after, onChanges, signal) => store.watch(prefix, after, onChanges, signal),
    compact: (revision) => store.compact(revision),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

function kindOf(key: string): string {
  const [, , group = '', plural = ''] = key.split('/', 4);
  return group === 'core' ? plural : `${plural}.${group}`;
}
