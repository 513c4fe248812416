/**
 * How much is told of each request, as in Rancher: 0 nothing; 1 who asked what of what, from where, with which outcome; 2 what was
 * sent as well; 3 what was answered as well.
 */
export type AuditLevel = 0 | 1 | 2 | 3;

/** A place in the log from which to read on. */
export interface AuditPlace {
  readonly file: string;
  readonly before: number;
}

/** Where the events of the management side are kept. */
export interface AuditLog {
  readonly level: AuditLevel;
  /** Adds a line; resolves with whether it was written, and never rejects. */
  write(line: string): Promise<boolean>;
  /** The lines there are, the newest first, from a place on. */
  read(place?: AuditPlace): AsyncIterable<{ readonly text: string; readonly place: AuditPlace }>;
}
