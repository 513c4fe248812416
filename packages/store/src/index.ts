export {
  KeyExists,
  KeyMissing,
  RevisionCompacted,
  RevisionConflict,
  RevisionFuture,
  StoreError,
  StoreUnavailable,
} from './errors.js';
export type { Change, Entry, Page, Revision, Store } from './store.js';
