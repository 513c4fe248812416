import type { Controller, ControllerContext, ObjectEvent } from './controller.js';

const EVENTS = { group: '', plural: 'events' };
/** How long Events are kept after their last write (kube-apiserver's `--event-ttl`). */
const TTL_MS = 60 * 60_000;
/** Deletions in one go; what is due beyond that goes in the next. */
const SLICE = 500;

interface Expiry {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly resourceVersion: string;
  readonly dueMs: number;
}

/** Deletes Events an hour after they were last written, as kube-apiserver lets etcd do. */
export const eventExpiry: Controller = (context) => new EventExpiry(context);

/** Invariant: `#expiries` is in the order of `dueMs`; a timer is set for the first of them, or a slice is being deleted. */
class EventExpiry implements AsyncDisposable {
  readonly #context: ControllerContext;
  readonly #stop = new AbortController();
  readonly #expiries = new Map<string, Expiry>();
  #timer: Disposable | undefined;
  #deleting: Promise<void> | undefined;

  constructor(context: ControllerContext) {
    this.#context = context;
    let started = false;
    const found: ObjectEvent[] = [];
    context.objects.watch(
      EVENTS,
      (events) => (started ? this.#onEvents(events) : found.push(...events)),
      this.#stop.signal,
    );
    started = true;
    this.#load(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#timer?.[Symbol.dispose]();
    await this.#deleting;
  }

  /** Those that were there: the server's own time of creation is all that is known, and what callers say may be in the future. */
  #load(events: readonly ObjectEvent[]): void {
    const now = this.#context.clock.now();
    const born = ({ object }: ObjectEvent): number =>
      Math.min(now, Date.parse(object.metadata.creationTimestamp) || now);
    for (const event of [...events].sort((a, b) => born(a) - born(b))) this.#note(event, born(event) + TTL_MS);
    this.#arm();
  }

  #onEvents(events: readonly ObjectEvent[]): void {
    for (const event of events) this.#note(event, this.#context.clock.now() + TTL_MS);
    this.#arm();
  }

  #note({ type, object }: Pick<ObjectEvent, 'type' | 'object'>, dueMs: number): void {
    const { namespace, name, resourceVersion } = object.metadata;
    const key = `${namespace ?? ''}/${name}`;
    this.#expiries.delete(key);
    if (type !== 'DELETED') this.#expiries.set(key, { namespace, name, resourceVersion, dueMs });
  }

  #arm(): void {
    const [first] = this.#expiries.values();
    if (!first || this.#timer || this.#deleting || this.#stop.signal.aborted) return;
    this.#timer = this.#context.clock.after(Math.max(0, first.dueMs - this.#context.clock.now()), () => {
      this.#timer = undefined;
      this.#deleting = this.#deleteDue().then(() => {
        this.#deleting = undefined;
        this.#arm();
      });
    });
  }

  async #deleteDue(): Promise<void> {
    const now = this.#context.clock.now();
    const due: Expiry[] = [];
    for (const [key, expiry] of this.#expiries) {
      if (expiry.dueMs > now || due.length === SLICE) break;
      this.#expiries.delete(key);
      due.push(expiry);
    }
    await Promise.all(due.map((expiry) => this.#delete(expiry)));
  }

  /** One that was written again meanwhile is left to its new time; one that cannot be deleted now is tried again later. */
  async #delete({ namespace, name, resourceVersion }: Expiry): Promise<void> {
    const { objects, log, clock } = this.#context;
    const found = objects.get(EVENTS, { namespace, name });
    if (found?.metadata.resourceVersion !== resourceVersion) return;
    try {
      await objects.delete(EVENTS, { namespace, name }, { resourceVersion });
    } catch (error) {
      log.warn('an expired Event could not be deleted', { namespace, name, error });
      const now = objects.get(EVENTS, { namespace, name });
      if (now) this.#note({ type: 'MODIFIED', object: now }, clock.now() + TTL_MS);
    }
  }
}
