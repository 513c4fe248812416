import type { AuditEvent } from './event.js';

/** Where audit events go. */
export interface AuditSink {
  /** Resolves with whether the event was written. It is not for the sink to refuse a request: it never rejects. */
  write(event: AuditEvent): Promise<boolean>;
}
