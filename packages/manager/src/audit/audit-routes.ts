import { type Answer, ok, type SignedIn } from '../front/exchange.js';
import { NormanError } from '../norman/norman-error.js';
import type { AccessReviews } from '../proxy/access-reviews.js';
import type { AuditLog } from './audit-log.js';
import {
  AUDIT_PARAMETERS,
  AuditQueryError,
  parseAuditFilter,
  parseLimit,
  readAudit,
  readPlace,
  writePlace,
} from './audit-query.js';

/** The right to read the audit log is on a resource of its own, which has no objects: `list auditevents.drover.io`. */
const RIGHT = { verb: 'list', group: 'drover.io', resource: 'auditevents' };
const PAGE = { byDefault: 100, most: 1_000 };
const PARAMETERS: ReadonlySet<string> = new Set([...AUDIT_PARAMETERS, 'limit', 'continue']);

/** The audit log, for whoever may read it. */
export class AuditRoutes {
  constructor(private readonly parts: { readonly log: AuditLog | undefined; readonly reviews: AccessReviews }) {}

  /** `GET /v1/audit?user=&from=&until=&cluster=&resource=&namespace=&name=&outcome=&id=&limit=&continue=`: newest first. */
  async list({ caller, url }: SignedIn): Promise<Answer> {
    if (!(await this.parts.reviews.allowed(caller.identity, RIGHT)))
      throw new NormanError(
        'PermissionDenied',
        'you may not read the audit log: that takes list on auditevents (drover.io)',
      );
    const { log } = this.parts;
    if (log === undefined || log.level === 0)
      throw new NormanError('NotFound', 'there is no audit log: this server was started with --audit-level 0');
    const text = (parameter: string): string | undefined => url.searchParams.get(parameter) || undefined;
    const unknown = [...url.searchParams.keys()].find((parameter) => !PARAMETERS.has(parameter));
    if (unknown !== undefined)
      throw new NormanError('InvalidOption', `the parameter "${unknown}" is not implemented`, { fieldName: unknown });
    const { events, next } = await asked(() => {
      const limit = parseLimit(text('limit'), PAGE.byDefault, PAGE.most);
      return readAudit(log, parseAuditFilter(text), limit, readPlace(text('continue')));
    });
    return ok({
      type: 'collection',
      resourceType: 'auditEvent',
      links: { self: `${url.origin}/v1/audit` },
      pagination: { ...(next === undefined ? {} : { continue: writePlace(next) }) },
      data: events,
    });
  }
}

async function asked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AuditQueryError)) throw error;
    throw new NormanError('InvalidFormat', error.message, { fieldName: error.parameter });
  }
}
