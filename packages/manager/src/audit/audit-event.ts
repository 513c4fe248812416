import { isJsonObject, type Json, type JsonObject } from '@drover/api';

/** What an audited request was about. */
export interface AuditObject {
  /** The cluster it went to; `local` for the one this server runs on. */
  readonly cluster: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/** How a request ended: it was done, it was not allowed or could not be (4xx), or something failed (5xx). */
export type AuditOutcome = 'done' | 'refused' | 'failed';

/** One line of the audit of the management side. */
export interface AuditEvent {
  /** The same for all lines of one request, and the `x-request-id` of its answer. */
  readonly id: string;
  /**
   * `received` before something that changes or opens anything is done; `answered` before its answer is seen; `body` with the answer's
   * body, once that was sent.
   */
  readonly stage: 'received' | 'answered' | 'body';
  /** RFC 3339, with milliseconds. */
  readonly time: string;
  /**
   * The object of the user, and the name it signs in with; for bearers of credentials of the Kubernetes API behind us, the name that has
   * there. Absent for strangers.
   */
  readonly user?: { readonly id: string; readonly name: string; readonly groups: readonly string[] };
  /** The user name that somebody tried to sign in with, where there is such a user. */
  readonly attempted?: string;
  /** The token that was shown, by its name, and how. */
  readonly token?: string;
  readonly via?: 'bearer' | 'basic' | 'cookie' | 'kubernetes';
  readonly from: string;
  /** Whom a proxy says it asks for (`X-Forwarded-For`): anybody may say that. */
  readonly forwardedFor?: string;
  readonly agent?: string;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly object: AuditObject;
  readonly status?: number;
  readonly outcome?: AuditOutcome;
  /** Why it was refused, in the words of the answer. */
  readonly reason?: string;
  readonly ms?: number;
  /** What was sent and answered, without secrets; a text says why it is not here. */
  readonly request?: Json;
  readonly response?: Json;
  /** Refusals of strangers that were not written since the line before, because there were too many. */
  readonly unwritten?: number;
}

export const outcomeOf = (status: number): AuditOutcome =>
  status >= 500 ? 'failed' : status >= 400 ? 'refused' : 'done';

/** Reads a line; `undefined` for what is no event. */
export function parseAuditEvent(line: string): AuditEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isAuditEvent(value) ? (value as unknown as AuditEvent) : undefined;
}

/** The fields that queries look at; the rest is shown as it was written by us. */
function isAuditEvent(value: unknown): value is JsonObject {
  if (!isJsonObject(value) || !isJsonObject(value['object'])) return false;
  return ['id', 'stage', 'time', 'from', 'method', 'path'].every((field) => typeof value[field] === 'string');
}
