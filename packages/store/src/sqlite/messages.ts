import type { LogFileFault } from './log-file.js';
import type { PackedRows, StoredRows } from './rows.js';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly maxFileBytes: number;
  /** Whether all rows are wanted, as soon as the file is open: they are to be held in memory anyway. */
  readonly load: boolean;
}

/** What the worker is asked, one at a time; each gets `done` or a fault. */
export type Request =
  | {
      readonly type: 'commit';
      readonly rows: PackedRows;
      readonly forgotten: readonly number[];
      readonly oldest: number;
    }
  | { readonly type: 'close' };

/** What the worker answers: at first `opened` or a fault; if it loads, then some `loaded`, and `done` or a fault. */
export type Reply =
  | { readonly type: 'opened'; readonly oldest: number; readonly rows: number; readonly seal: number }
  | { readonly type: 'loaded'; readonly pages: readonly StoredRows[] }
  | { readonly type: 'done' }
  | { readonly type: 'fault'; readonly fault: LogFileFault; readonly message: string };
