import { createHash } from 'node:crypto';
import { type Event, events, hasReason, type KubeObject, type Stored } from '@drover/api';
import type { Client } from '@drover/client';
import { rfc3339 } from '@drover/controller';
import { Bounded, type Clock, type Log } from '@drover/kit';

/** Tells people what happened to an object, as Kubernetes Events. Never throws and never waits. */
export interface Recorder {
  normal(about: Stored<KubeObject>, reason: string, message: string): void;
  warning(about: Stored<KubeObject>, reason: string, message: string): void;
}

interface Occurrence {
  readonly about: Stored<KubeObject>;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly at: number;
}

/** Events that wait to be written; when there are more, the newest are dropped and the log says so. */
const CAPACITY = 1000;
/** Longest message the Event API takes. */
const MAX_MESSAGE = 1024;

/**
 * A recorder that writes in order, one at a time. The same thing happening again to the same object is the same Event with a
 * higher count, also after a restart: its name follows from what it says. Disposing waits for what was recorded.
 */
export class EventRecorder implements Recorder, AsyncDisposable {
  readonly #waiting = new Bounded<Occurrence>(CAPACITY);
  #writer: Promise<void> | undefined;

  constructor(
    readonly options: {
      readonly client: Client;
      readonly clock: Clock;
      readonly log: Log;
      readonly component: string;
      readonly host: string;
    },
  ) {}

  normal(about: Stored<KubeObject>, reason: string, message: string): void {
    this.#record({ about, type: 'Normal', reason, message, at: this.options.clock.now() });
  }

  warning(about: Stored<KubeObject>, reason: string, message: string): void {
    this.#record({ about, type: 'Warning', reason, message, at: this.options.clock.now() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer;
  }

  #record(occurrence: Occurrence): void {
    if (!this.#waiting.offer(occurrence)) {
      this.options.log.warn('event dropped: too many wait', { reason: occurrence.reason });
      return;
    }
    this.#writer ??= this.#drain().finally(() => {
      this.#writer = undefined;
    });
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.take(); next !== undefined; next = this.#waiting.take()) {
      await this.#write(next).catch((error: unknown) =>
        this.options.log.debug('event not written', { reason: next?.reason, error }),
      );
    }
  }

  async #write({ about, type, reason, message, at }: Occurrence): Promise<void> {
    const { client, component, host } = this.options;
    const { name, uid } = about.metadata;
    const namespace = about.metadata.namespace ?? 'default';
    const text = message.slice(0, MAX_MESSAGE);
    const key = createHash('sha256').update([uid, type, reason, text].join('\0')).digest('hex').slice(0, 16);
    const eventName = `${name.slice(0, 200)}.${key}`;
    const time = rfc3339(at);
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: eventName, namespace },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        uid,
        ...(about.metadata.namespace === undefined ? {} : { namespace }),
        resourceVersion: about.metadata.resourceVersion,
      },
      type,
      reason,
      message: text,
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
    };
    try {
      await client.create(events, event);
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error;
      const before = await client.get(events, { namespace, name: eventName });
      const patch = { count: (before.count ?? 1) + 1, lastTimestamp: time };
      await client.patch(events, { namespace, name: eventName }, { type: 'merge', patch });
    }
  }
}
