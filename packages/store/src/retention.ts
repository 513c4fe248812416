import type { HistorySize } from './keyspace.js';

/**
 * How much history is kept for watchers that come back and lists that are read in pages. Whichever of the upper bounds is
 * met first counts; the last `minChanges` are kept whatever their age, as long as `maxBytes` allows.
 */
export interface Retention {
  readonly minChanges: number;
  readonly maxChanges: number;
  /** Bytes of values that are no longer current. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

/** Ten minutes: twice what kube-apiserver lets etcd keep (`--etcd-compaction-interval`), within bounds for memory. */
export const DEFAULT_RETENTION: Retention = {
  minChanges: 1_000,
  maxChanges: 100_000,
  maxBytes: 64 * 1024 * 1024,
  maxAgeMs: 10 * 60_000,
};

//   bytes over | changes over | within the minimum | older than age => forget the oldest write
//   -----------|--------------|--------------------|----------------------------------------
//   yes        | any          | any                | any            => yes
//   no         | yes          | any                | any            => yes
//   no         | no           | yes                | any            => no
//   no         | no           | no                 | as it is       => as it is
/** Whether the oldest write held should be forgotten at `now`. */
export function isExcess({ changes, bytes, since }: HistorySize, retention: Retention, now: number): boolean {
  if (bytes > retention.maxBytes || changes > retention.maxChanges) return true;
  return changes > retention.minChanges && now - since > retention.maxAgeMs;
}
