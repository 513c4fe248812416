export {
  EntryRefused,
  KeyExists,
  KeyMissing,
  RevisionCompacted,
  RevisionConflict,
  RevisionFuture,
  StoreBusy,
  StoreError,
  StoreLocked,
  StoreUnavailable,
} from './errors.js';
export type { StoreOptions } from './journaled-store.js';
export { openMemoryStore } from './memory.js';
export { DEFAULT_RETENTION, type Retention } from './retention.js';
export { openSqliteStore, type SqliteStoreOptions } from './sqlite/open-sqlite-store.js';
export { type Restored, restoreSqliteStore, revisionAfterRestore } from './sqlite/restore.js';
export {
  type Change,
  type Entry,
  FIRST_REVISION,
  type Page,
  type PageRequest,
  type Revision,
  type Store,
  type StoreHealth,
  toRevision,
} from './store.js';
export type { WriteLimits } from './write-queue.js';
