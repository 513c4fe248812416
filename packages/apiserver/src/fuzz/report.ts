/** What a fuzzing worker is to do. */
export interface Orders {
  readonly seed: number;
  /** The one subject to feed; absent: all, in turn. */
  readonly only: string | undefined;
  /** The one batch to run; absent: from the first until the time is over. */
  readonly at: number | undefined;
  readonly ms: number;
  /** Two Int32: the batch that is being run, and how many inputs have begun. Tells of a worker that hangs. */
  readonly progress: SharedArrayBuffer;
}

/** What it tells meanwhile. */
export type Report =
  | { readonly type: 'batch'; readonly subject: string; readonly slowest: number }
  /** After garbage was collected; in bytes. */
  | { readonly type: 'memory'; readonly heapUsed: number; readonly rss: number }
  | { readonly type: 'fault'; readonly number: number; readonly message: string; readonly stack: string };
