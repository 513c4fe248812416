import type { LogFileFault } from './log-file.js';
import type { PackedRows } from './rows.js';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly maxFileBytes: number;
}

/**
 * What the worker is asked, one at a time. Each gets `done` or a fault, and so does the start, with `opened`; `load` gets all rows
 * before, as fast as they are read: they are to be held in memory anyway.
 */
export type Request =
  | { readonly type: 'load' }
  | {
      readonly type: 'commit';
      readonly rows: PackedRows;
      readonly forgotten: readonly number[];
      readonly oldest: number;
    }
  | { readonly type: 'close' };

/** What the worker answers. */
export type Reply =
  | { readonly type: 'opened'; readonly oldest: number }
  | { readonly type: 'loaded'; readonly rows: PackedRows }
  | { readonly type: 'done' }
  | { readonly type: 'fault'; readonly fault: LogFileFault; readonly message: string };
