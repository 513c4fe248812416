import type { AuditEvent } from './event.js';

/** Where audit events go. */
export interface AuditSink {
  /** How metrics call it (the label `plugin` of `apiserver_audit_error_total`). */
  readonly plugin: string;
  /** Whether a request is refused whose coming it could not write. */
  readonly strict: boolean;
  /** Events that it took, and that in the end were not written. */
  readonly lost: number;
  /** Resolves with whether it has the event. It is not for the sink to refuse a request: it never rejects. */
  write(event: AuditEvent): Promise<boolean>;
}

/** Something that writes events away for good. */
export interface AuditDestination {
  /**
   * Takes events, each as a line of JSON, and resolves with whether all of them were written; it never rejects. When `hurry` aborts,
   * it gives up what it would try again.
   */
  deliver(lines: readonly string[], hurry: AbortSignal): Promise<boolean>;
}
