import type { Change, Entry } from './store.js';

/** A recorded history breaks one of the store's promises; the message names the promise and the place. */
export class PromiseBroken extends Error {
  override readonly name = 'PromiseBroken';
}

/** What somebody was told of one write. Any versioned API gives these: a Kubernetes watch event is one too. */
export interface SeenChange {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
}

/** A write that was acknowledged; `expected` is the revision it was made conditional on, if it was. */
export interface AckedWrite extends SeenChange {
  readonly expected: number | undefined;
  /** Places of the call and of the answer in one order of events over all callers. */
  readonly called: number;
  readonly answered: number;
}

/** What one watcher was told, from `after` (not included) up to `until` (included). */
export interface Watched {
  readonly prefix: string;
  readonly after: number;
  readonly until: number;
  readonly seen: readonly SeenChange[];
}

/** A change of the store as a record. */
export function seenChange(change: Change): SeenChange {
  return change.type === 'put'
    ? { type: 'put', key: change.entry.key, revision: change.entry.revision }
    : { type: 'delete', key: change.key, revision: change.revision };
}

/** Ordered: a watcher never sees an older revision after a newer one. */
export function checkWatchOrdered({ seen }: Watched): void {
  for (const [index, change] of seen.entries()) {
    const before = seen[index - 1];
    if (before && change.revision < before.revision) broken('ordered', `${name(change)} came after ${name(before)}`);
  }
}

/** Unique: a watcher never sees the same write twice. */
export function checkWatchUnique({ seen }: Watched): void {
  const revisions = new Set<number>();
  for (const change of seen) {
    if (revisions.has(change.revision)) broken('unique', `${name(change)} came twice`);
    revisions.add(change.revision);
  }
}

/** Within its bounds: a watcher sees nothing it did not ask for. */
export function checkWatchBounded({ prefix, after, until, seen }: Watched): void {
  for (const change of seen) {
    if (!change.key.startsWith(prefix)) broken('bounded', `${name(change)} is not under "${prefix}"`);
    if (change.revision <= after || change.revision > until) {
      broken('bounded', `${name(change)} is not after ${after} and up to ${until}`);
    }
  }
}

/** Reliable: a watcher sees every acknowledged write under its prefix between where it began and where it is. */
export function checkWatchReliable({ prefix, after, until, seen }: Watched, writes: readonly AckedWrite[]): void {
  const told = new Map(seen.map((change) => [change.revision, change]));
  for (const write of writes) {
    if (!write.key.startsWith(prefix) || write.revision <= after || write.revision > until) continue;
    const change = told.get(write.revision);
    if (change?.key !== write.key || change.type !== write.type) broken('reliable', `${name(write)} was not told`);
  }
}

/** Resumable: a watcher that began later, or again, sees just what the first one saw from there on. */
export function checkWatchResumable(first: Watched, later: Watched): void {
  const from = Math.max(first.after, later.after);
  const until = Math.min(first.until, later.until);
  const within = ({ seen }: Watched): string[] =>
    seen
      .filter(({ key, revision }) => revision > from && revision <= until && key.startsWith(later.prefix))
      .filter(({ key }) => key.startsWith(first.prefix))
      .map(name);
  const [expected, actual] = [within(first), within(later)];
  const index = expected.findIndex((change, at) => change !== actual[at]);
  if (index >= 0) broken('resumable', `${expected[index]} was seen first, ${actual[index] ?? 'nothing'} later`);
  if (actual.length > expected.length) broken('resumable', `${actual[expected.length]} was seen later only`);
}

/** Revisions never repeat, and a write called after another was answered has the greater one. */
export function checkRevisionsGrow(writes: readonly AckedWrite[]): void {
  const taken = new Map<number, AckedWrite>();
  for (const write of writes) {
    const other = taken.get(write.revision);
    if (other) broken('revisions never repeat', `${name(write)} and ${name(other)}`);
    taken.set(write.revision, write);
  }
  const byCall = [...writes].sort((a, b) => a.called - b.called);
  const byAnswer = [...writes].sort((a, b) => a.answered - b.answered);
  let newest: AckedWrite | undefined;
  let answered = 0;
  for (const write of byCall) {
    for (let next = byAnswer[answered]; next && next.answered < write.called; next = byAnswer[answered]) {
      if (!newest || next.revision > newest.revision) newest = next;
      answered += 1;
    }
    if (newest && write.revision < newest.revision) {
      broken('revisions never go back', `${name(write)} was called after ${name(newest)} was answered`);
    }
  }
}

/** No stale write: each conditional write was based on the write to that key just before it. */
export function checkNoStaleWrite(writes: readonly AckedWrite[]): void {
  const newest = new Map<string, AckedWrite>();
  for (const write of [...writes].sort((a, b) => a.revision - b.revision)) {
    const before = newest.get(write.key);
    if (write.expected !== undefined && before && before.revision !== write.expected) {
      broken('no stale write', `${name(write)} expected ${write.expected} but ${name(before)} was there`);
    }
    newest.set(write.key, write);
  }
}

/**
 * Durable: what is there is, for each key, at least as new as the newest acknowledged write to it. Keys in `deleting` may also be
 * gone: their delete was asked for, and nobody heard whether it happened.
 */
export function checkDurable(
  writes: readonly AckedWrite[],
  there: ReadonlyMap<string, Pick<Entry, 'revision'>>,
  revision: number,
  deleting: ReadonlySet<string> = new Set(),
): void {
  const newest = new Map<string, AckedWrite>();
  for (const write of writes) {
    if (write.revision > revision) broken('durable', `${name(write)} is newer than the store, which is at ${revision}`);
    if (write.revision > (newest.get(write.key)?.revision ?? 0)) newest.set(write.key, write);
  }
  for (const write of newest.values()) {
    const found = there.get(write.key)?.revision;
    if (found === undefined && deleting.has(write.key)) continue;
    if (write.type === 'put' && (found === undefined || found < write.revision)) {
      broken('durable', `${name(write)} is lost: ${found === undefined ? 'nothing' : `revision ${found}`} is there`);
    }
    if (write.type === 'delete' && found !== undefined && found < write.revision) {
      broken('durable', `${name(write)} is undone: revision ${found} is there`);
    }
  }
}

function broken(promise: string, what: string): never {
  throw new PromiseBroken(`${promise}: ${what}`);
}

function name({ type, key, revision }: SeenChange): string {
  return `${type} of ${key} at ${revision}`;
}
