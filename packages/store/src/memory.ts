import type { Journal } from './journal.js';
import { JournaledStore, type StoreOptions } from './journaled-store.js';
import { Keyspace } from './keyspace.js';
import { FIRST_REVISION, type Store } from './store.js';

/** A store that lasts as long as its process: for tests, and for what may be lost. */
export function openMemoryStore(options: StoreOptions): Store {
  return new JournaledStore(new Keyspace(FIRST_REVISION), NOWHERE, options);
}

const NOWHERE: Journal = {
  async gathered() {},
  async commit() {},
  size: async () => 0,
  async [Symbol.asyncDispose]() {},
};
