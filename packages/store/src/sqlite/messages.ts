import type { LogFileFault } from './log-file.js';
import type { PackedRows } from './rows.js';

/** What the worker is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly maxFileBytes: number;
}

/** What the worker is asked, one at a time; each gets one reply, and the start gets one too. */
export type Request =
  | { readonly type: 'load' }
  | {
      readonly type: 'commit';
      readonly rows: PackedRows;
      readonly forgotten: readonly number[];
      readonly oldest: number;
    }
  | { readonly type: 'close' };

/** `rows` is empty when the log has been read to its end. */
export type Reply =
  | { readonly type: 'opened'; readonly oldest: number }
  | { readonly type: 'loaded'; readonly rows: PackedRows }
  | { readonly type: 'done' }
  | { readonly type: 'fault'; readonly fault: LogFileFault; readonly message: string };
