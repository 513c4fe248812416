import { type AuditEvent, type AuditOutcome, parseAuditEvent } from './audit-event.js';
import type { AuditLog, AuditPlace } from './audit-log.js';

/** Which events are wanted; a field that is absent asks for nothing. */
export interface AuditFilter {
  /** The id or the name of a user. */
  readonly user?: string | undefined;
  /** Milliseconds since the epoch: not before, and before. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly cluster?: string | undefined;
  readonly resource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** The id of one request. */
  readonly id?: string | undefined;
}

/** Some of the wanted events, the newest first. */
export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** Where the next page begins; absent at the end. */
  readonly next?: AuditPlace | undefined;
}

/** Lines that are looked at for one page: a page that finds less says where to go on. */
const LOOKED_AT = 50_000;

/** A wrong question about the audit log, in a sentence. */
export class AuditQueryError extends Error {
  override readonly name = 'AuditQueryError';
  constructor(
    readonly parameter: string,
    message: string,
  ) {
    super(message);
  }
}

/** Reads at most `limit` wanted events from `place` on. Not all of the log is read: see `next`. */
export async function readAudit(
  log: Pick<AuditLog, 'read'>,
  filter: AuditFilter,
  limit: number,
  place?: AuditPlace,
): Promise<AuditPage> {
  const events: AuditEvent[] = [];
  let looked = 0;
  for await (const line of log.read(place)) {
    const event = parseAuditEvent(line.text);
    looked += 1;
    // Lines are in order of time, give or take those of requests that overlap.
    if (event !== undefined && filter.from !== undefined && Date.parse(event.time) < filter.from - OVERLAP_MS) break;
    if (event !== undefined && isWanted(event, filter)) events.push(event);
    if (events.length === limit || looked === LOOKED_AT) return { events, next: line.place };
  }
  return { events };
}

/** Lines that wait for the disk at the same time may be written in another order than their times. */
const OVERLAP_MS = 60_000;

function isWanted(event: AuditEvent, filter: AuditFilter): boolean {
  const { user, from, until, outcome, id, cluster, resource, namespace, name } = filter;
  const time = Date.parse(event.time);
  const who = [event.user?.id, event.user?.name, event.attempted];
  return (
    (user === undefined || who.includes(user)) &&
    (from === undefined || time >= from) &&
    (until === undefined || time < until) &&
    (outcome === undefined || event.outcome === outcome) &&
    (id === undefined || event.id === id) &&
    Object.entries({ cluster, resource, namespace, name }).every(
      ([field, value]) => value === undefined || event.object[field as keyof AuditEvent['object']] === value,
    )
  );
}

/** The names by which both the API and the command line ask. */
export const AUDIT_PARAMETERS = [
  'user',
  'from',
  'until',
  'cluster',
  'resource',
  'namespace',
  'name',
  'outcome',
  'id',
] as const;

/** Reads a filter from texts. @throws AuditQueryError. */
export function parseAuditFilter(
  text: (parameter: (typeof AUDIT_PARAMETERS)[number]) => string | undefined,
): AuditFilter {
  const outcome = text('outcome');
  if (outcome !== undefined && !isOutcome(outcome))
    throw new AuditQueryError('outcome', `"${outcome}" is no outcome: use done, refused or failed`);
  const time = (parameter: 'from' | 'until'): number | undefined => {
    const given = text(parameter);
    if (given === undefined) return undefined;
    const at = /^\d{4}-\d{2}-\d{2}/.test(given) ? Date.parse(given) : Number.NaN;
    if (Number.isNaN(at))
      throw new AuditQueryError(parameter, `"${given}" is no time: write it as 2026-01-31 or 2026-01-31T12:00:00Z`);
    return at;
  };
  return {
    user: text('user'),
    from: time('from'),
    until: time('until'),
    cluster: text('cluster'),
    resource: text('resource'),
    namespace: text('namespace'),
    name: text('name'),
    outcome,
    id: text('id'),
  };
}

const isOutcome = (text: string): text is AuditOutcome => ['done', 'refused', 'failed'].includes(text);

/** A number of events for one page. @throws AuditQueryError. */
export function parseLimit(text: string | undefined, byDefault: number, most: number): number {
  if (text === undefined) return byDefault;
  const limit = Number(text);
  if (/^\d{1,6}$/.test(text) && limit >= 1 && limit <= most) return limit;
  throw new AuditQueryError('limit', `"${text}" is no number of events from 1 to ${most}`);
}

/** A place as a word that callers hand back, and read from one. */
export const writePlace = ({ file, before }: AuditPlace): string => `${file}.${before}`;

/** @throws AuditQueryError for a word that no page ended with. */
export function readPlace(text: string | undefined): AuditPlace | undefined {
  if (text === undefined) return undefined;
  const [, file, before] = /^(\d{1,20})\.(\d{1,15})$/.exec(text) ?? [];
  if (file === undefined) throw new AuditQueryError('continue', `"${text}" is not where a page ended`);
  return { file, before: Number(before) };
}
