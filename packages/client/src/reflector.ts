import { hasReason, type Kind, type KubeObject, type Stored, type WatchEvent } from '@drover/api';
import { type Backoff, type Clock, delayMs, type RandomBytes, randomFraction } from '@drover/kit';
import type { Client } from './client.js';

/** What follows the objects of one kind. */
export interface ReflectorTarget<T extends KubeObject> {
  /** The complete list, as of now. */
  replace(objects: Stored<T>[]): void;
  put(object: Stored<T>): void;
  remove(object: Stored<T>): void;
  /** The view follows the server again. */
  live(): void;
  /** The view falls behind, because of `error`; the reflector goes on trying. */
  stale(error: unknown): void;
}

/** Which objects to follow, and how. */
export interface ReflectorOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly pageSize: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
}

const BACKOFF: Backoff = { baseMs: 500, capMs: 30_000 };

/** As client-go: each watch ends after 5 to 10 minutes, so that long-lived ones spread over the replicas of a server. */
const WATCH_SECONDS = 300;

/** How long after its own end a watch may stay silent before its connection counts as dead. */
const GRACE_MS = 30_000;

/** A watch that ends sooner than this without an event is a server's way of failing. */
const QUICK_MS = 1_000;

/**
 * Lists, watches from the list's revision on, resumes where a watch ended, and lists anew when the server has forgotten that
 * revision; until `signal` aborts. Never throws.
 */
export async function reflect<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  target: ReflectorTarget<T>,
  options: ReflectorOptions,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random } = options;
  let failures = 0;
  let relisted = false;
  let revision: string | undefined;
  while (!signal.aborted) {
    try {
      if (revision === undefined) {
        const list = await listAll(client, kind, options, signal);
        target.replace(list.items);
        target.live();
        revision = list.revision;
      }
      const opened = (): void => target.live();
      for await (const event of watchOnce(client, kind, options, revision, opened, signal)) {
        if (event.type === 'ADDED' || event.type === 'MODIFIED') target.put(event.object);
        else if (event.type === 'DELETED') target.remove(event.object);
        else if (event.type === 'ERROR') continue;
        revision = event.object.metadata.resourceVersion;
        failures = 0;
        relisted = false;
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (revision !== undefined && (hasReason(error, 'Expired') || hasReason(error, 'Gone'))) {
        revision = undefined;
        // Nothing is wrong with the connection, and a new list closes the gap; but a server that says so of a list it has just
        // given must not be asked in a tight circle.
        if (!relisted) {
          relisted = true;
          continue;
        }
      }
      target.stale(error);
      const pause = delayMs(failures, BACKOFF, () => randomFraction(random));
      failures += 1;
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }
}

async function listAll<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  { pageSize, ...options }: ReflectorOptions,
  signal: AbortSignal,
): Promise<{ items: Stored<T>[]; revision: string }> {
  const selection = selectionOf(options);
  try {
    const items: Stored<T>[] = [];
    let token: string | undefined;
    do {
      const page = await client.list(kind, {
        ...selection,
        limit: pageSize,
        ...(token === undefined ? {} : { continue: token }),
        signal,
      });
      for (const item of page.items) items.push(item);
      token = page.metadata.continue;
      if (token === undefined || token === '') return { items, revision: page.metadata.resourceVersion };
    } while (!signal.aborted);
    throw signal.reason;
  } catch (error) {
    // The pages outlived the history they were cut from: one answer of everything cannot.
    if (!hasReason(error, 'Expired') && !hasReason(error, 'Gone')) throw error;
    const list = await client.list(kind, { ...selection, signal });
    return { items: list.items, revision: list.metadata.resourceVersion };
  }
}

/** One watch, from `revision` until the server ends it; throws when it is silent for longer than it was to last. */
async function* watchOnce<T extends KubeObject>(
  client: Client,
  kind: Kind<T>,
  options: ReflectorOptions,
  revision: string,
  onOpen: () => void,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const { clock, random } = options;
  const timeoutSeconds = Math.round(WATCH_SECONDS * (1 + randomFraction(random)));
  const ended = new AbortController();
  const abort = (): void => ended.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  using _deadline = clock.after(timeoutSeconds * 1000 + GRACE_MS, () =>
    ended.abort(new Error(`the watch did not end after ${timeoutSeconds} s: its connection is dead`)),
  );
  const began = clock.now();
  let events = 0;
  try {
    for await (const event of client.watch(kind, {
      ...selectionOf(options),
      resourceVersion: revision,
      allowWatchBookmarks: true,
      timeoutSeconds,
      onOpen,
      signal: ended.signal,
    })) {
      events += 1;
      yield event;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
  if (ended.signal.aborted) throw ended.signal.reason;
  if (events === 0 && clock.now() - began < QUICK_MS) throw new Error('the server ended the watch at once');
}

function selectionOf({ namespace, labelSelector, fieldSelector }: Partial<ReflectorOptions>): {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
} {
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}
