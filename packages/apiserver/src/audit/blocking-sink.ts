import type { AuditEvent } from './event.js';
import type { AuditDestination, AuditSink } from './sink.js';

/** Writes each event before its request goes on (kube-apiserver's modes `blocking` and `blocking-strict`). */
export class BlockingSink implements AuditSink {
  readonly lost = 0;
  readonly #never = new AbortController().signal;

  constructor(
    readonly plugin: string,
    readonly strict: boolean,
    readonly destination: AuditDestination,
  ) {}

  write(event: AuditEvent): Promise<boolean> {
    return this.destination.deliver([JSON.stringify(event)], this.#never);
  }
}
