import { randomInt } from 'node:crypto';
import { expired, toStatus } from '@drover/api';
import { type Change, type Entry, RevisionCompacted, toRevision } from '@drover/store';
import type { Served } from '../catalog/definition.js';
import type { Representation } from '../request/negotiation.js';
import type { ListOptions } from '../request/query.js';
import { AWAITED_MS } from './awaited-revision.js';
import type { Core } from './core.js';
import type { EventBatches } from './event-batches.js';
import { EventStream } from './event-stream.js';
import { encodeEvent, encodeEventOf } from './events.js';
import type { FacetIndex } from './facets.js';
import { rangeOf } from './list.js';
import { tooLargeRevision } from './refusal.js';
import { table } from './represent.js';
import type { Selection } from './selection.js';
import { allShown, changesShown } from './shown.js';
import { Turns } from './turns.js';
import { servedVersion } from './view.js';

/** What one watcher may be behind before it is cut off. A watcher that reads at all is never so far behind. */
const BOUNDS = { lines: 10_000, bytes: 16 * 1024 * 1024 };
/** How often an idle watcher is told how far we are; the bound on what it replays when it comes back. */
const BOOKMARK_MS = 60_000;
/** A watcher is told how far it is this long before its time runs out, so that the next one goes on from there (as upstream). */
const LAST_BOOKMARK_S = 2;
/** Without timeoutSeconds a watch ends after 30 to 60 minutes, so that watchers spread over servers (min-request-timeout). */
const SHORTEST_S = 1800;
/** Initial state is handed over in lines joined up to this size. */
const INITIAL_BYTES = 256 * 1024;

/** Entries of the initial state looked at in one turn of the event loop. */
const SCAN = 200;

/** What a watch is about. */
export interface WatchRequest {
  readonly served: Served;
  readonly namespace: string | undefined;
  readonly options: ListOptions;
  readonly selection: Selection;
  readonly form: Representation;
  /** Aborts when the caller leaves, loses the right to watch, or the server stops. */
  readonly signal: AbortSignal;
  readonly onOverflow: () => void;
  /** Called with the bytes of each event that is sent or queued. */
  readonly onEvent: (bytes: number) => void;
}

/** The parts of the server a watch stands on. */
export interface WatchSource {
  readonly core: Core;
  readonly facets: FacetIndex;
  readonly batches: EventBatches;
}

/**
 * The lines of a WATCH: the present state when it was asked for, then each change once and in order, bookmarks when wanted,
 * until the timeout. History that is gone is told by an ERROR event, as Kubernetes does; so is a revision that does not come within
 * three seconds.
 */
export function watchLines(source: WatchSource, request: WatchRequest): EventStream {
  const { core } = source;
  const { served, namespace, options, selection, signal, form } = request;
  const prefix = rangeOf(served, namespace, selection);
  const asked = options.resourceVersion ?? 0;
  const fromState = options.sendInitialEvents || asked === 0;
  const open = new AbortController();
  const present = fromState ? core.store.list(prefix) : undefined;
  const start = present?.revision ?? toRevision(Math.min(asked, core.store.revision));
  const initial = present && initialLines(source, request, present.entries, () => end());
  const stream = new EventStream({ ...(initial ? { initial } : {}), bounds: BOUNDS, onOverflow: request.onOverflow });
  const end = (): void => stream.end();
  const inTurn = turnsOf(served, (error) => {
    stream.push(errorEvent(error, form));
    end();
  });
  try {
    const push = (changes: readonly Change[]): void =>
      pushChanges(source, request, stream, asked > start ? after(changes, asked) : changes);
    const onChanges = (changes: readonly Change[]): void =>
      inTurn === undefined ? push(changes) : inTurn(async () => push(await changesShown(served, changes)));
    core.store.watch(prefix, start, onChanges, open.signal);
  } catch (error) {
    if (error instanceof RevisionCompacted) {
      return watchRefusal(expired(`too old resource version: ${error.asked} (${error.oldest})`), form);
    }
    throw error;
  }
  const seconds = options.timeoutSeconds ?? randomInt(SHORTEST_S, SHORTEST_S * 2);
  const disposables = [core.clock.after(seconds * 1000, end)];
  if (asked > start) {
    const giveUp = (): void => {
      if (asked <= core.store.revision) return;
      stream.push(errorEvent(tooLargeRevision(asked, core.store.revision), form));
      end();
    };
    disposables.push(core.clock.after(AWAITED_MS, giveUp));
  }
  if (options.allowWatchBookmarks) {
    if (options.sendInitialEvents) stream.push(bookmarkEvent(served, form, start, true));
    const tellRevision = (): void => {
      const { revision } = core.store;
      if (revision < asked) return;
      const push = (): void => stream.push(bookmarkEvent(served, form, revision, false));
      // It says that all before it was told: it may not overtake changes that are still converted.
      if (inTurn === undefined) push();
      else inTurn(push);
    };
    disposables.push(every(core, BOOKMARK_MS, tellRevision));
    if (seconds > LAST_BOOKMARK_S) disposables.push(core.clock.after((seconds - LAST_BOOKMARK_S) * 1000, tellRevision));
  }
  // The caller may leave before the first line is read: what is open hangs on the signal, not on the reader alone.
  stream.onEnd(() => {
    open.abort();
    for (const disposable of disposables) disposable[Symbol.dispose]();
    signal.removeEventListener('abort', end);
  });
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return stream;
}

/** Where changes wait for their conversion; kinds that are not converted outside this process have nothing to wait for. */
function turnsOf(
  { version }: Served,
  onEnd: (error: unknown) => void,
): ((step: () => void | Promise<void>) => void) | undefined {
  if (version.converter === undefined) return undefined;
  const turns = new Turns(BOUNDS.lines, onEnd);
  return (step) => turns.add(step);
}

async function* initialLines(
  { core, facets }: WatchSource,
  { served, selection, form, onEvent }: WatchRequest,
  stored: readonly Entry[],
  end: () => void,
): AsyncGenerator<Buffer> {
  let entries = stored;
  if (served.version.converter !== undefined) {
    try {
      entries = await allShown(served, stored);
    } catch (error) {
      end();
      yield errorEvent(error, form);
      return;
    }
  }
  let batch: Buffer[] = [];
  let size = 0;
  for (const [index, entry] of entries.entries()) {
    if (index % SCAN === SCAN - 1) await new Promise((turn) => setImmediate(turn));
    if (!selection.everything && !selection.matches(facets.of(entry, served.version))) continue;
    const line = encodeEvent('ADDED', entry, entry.revision, served, form, core.clock.now());
    onEvent(line.length);
    batch.push(line);
    size += line.length;
    if (size < INITIAL_BYTES) continue;
    yield Buffer.concat(batch, size);
    batch = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(batch, size);
}

function pushChanges(
  { batches }: WatchSource,
  { served, selection, form, onEvent }: WatchRequest,
  stream: EventStream,
  changes: readonly Change[],
): void {
  if (stream.ended) return;
  const { pieces, sizes } = batches.of(changes, served, selection, form);
  for (const size of sizes) onEvent(size);
  for (const piece of pieces) stream.push(piece);
}

/** Those of `changes` that come after a revision. */
function after(changes: readonly Change[], asked: number): readonly Change[] {
  return changes.filter((change) => (change.type === 'put' ? change.entry.revision : change.revision) > asked);
}

function bookmarkEvent(served: Served, representation: Representation, revision: number, initialEnd: boolean): Buffer {
  const { form, version } = representation;
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
  };
  const object =
    form === 'table'
      ? table([], served.version.columns, metadata, version)
      : form === 'metadata'
        ? { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata }
        : { kind: served.definition.kind, apiVersion: servedVersion(served), metadata };
  return encodeEventOf('BOOKMARK', object, representation);
}

/** A watch that says why it is none. */
export function watchRefusal(error: unknown, form: Representation): EventStream {
  const stream = new EventStream({ bounds: BOUNDS, onOverflow: () => undefined });
  stream.push(errorEvent(error, form));
  stream.end();
  return stream;
}

function errorEvent(error: unknown, form: Representation): Buffer {
  return encodeEventOf('ERROR', toStatus(error), form);
}

function every({ clock }: Core, ms: number, act: () => void): Disposable {
  let alarm: Disposable;
  const arm = (): void => {
    alarm = clock.after(ms, () => {
      act();
      arm();
    });
  };
  arm();
  return { [Symbol.dispose]: () => alarm[Symbol.dispose]() };
}
