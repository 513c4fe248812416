import type { AuditEvent } from '../audit/event.js';
import type { AuditSink } from '../audit/sink.js';

/** A sink that keeps what it is told, for as long as `broken` is false. */
export interface RecordingSink extends AuditSink {
  readonly events: AuditEvent[];
  broken: boolean;
}

/** A sink for tests. */
export function recordingSink(strict = false): RecordingSink {
  const events: AuditEvent[] = [];
  return {
    events,
    plugin: 'recording',
    strict,
    lost: 0,
    broken: false,
    async write(event) {
      if (!this.broken) events.push(structuredClone(event));
      return !this.broken;
    },
  };
}
