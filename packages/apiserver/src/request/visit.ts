import type { ApiRequest, Attributes, Identity } from '@drover/api';
import type { AuditTrail } from '../audit/trail.js';
import type { RequestLabels } from '../metrics/request-labels.js';
import { auditId } from './audit-id.js';
import type { Target } from './target.js';

/** One request on its way: what is known of it so far, for whoever tells of it (audit, log, metrics). */
export class Visit {
  readonly auditId: string;
  readonly path: string;
  readonly query: URLSearchParams;
  labels: RequestLabels;
  target: Target | undefined;
  /** What RBAC is asked; before that is known, the method and the path. */
  attributes: Attributes;
  /** Who the credentials are. */
  authenticated: Identity | undefined;
  /** Who the request acts as: the same, or whom it impersonates. */
  identity: Identity | undefined;
  /** What is told of it; absent where the policy wants nothing told. */
  trail: AuditTrail | undefined;
  /** The policy was asked. */
  ruled = false;
  /** Headers of the answer that say what became of the request on its way. */
  headers: Readonly<Record<string, string>> = {};
  /** How long it waited for its turn, in milliseconds. */
  waitedMs = 0;
  /** Open for as long as the caller wants: a watch or an upgrade. */
  longRunning = false;
  /** Its end has been told: an upgrade that fails half-way ends twice. */
  told = false;

  /** `started` is in milliseconds since the epoch. */
  constructor(
    readonly request: ApiRequest,
    readonly started: number,
  ) {
    const { method, url } = request;
    const end = url.indexOf('?');
    this.auditId = auditId(request);
    this.path = end < 0 ? url : url.slice(0, end);
    this.query = end < 0 ? NO_QUERY : new URLSearchParams(url.slice(end + 1));
    this.attributes = { verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path: this.path };
    const verb = METHODS.has(method) ? method : 'other';
    this.labels = { verb, dryRun: '', group: '', version: '', resource: '', subresource: '', scope: '' };
  }
}

/** Nobody adds to what was asked. */
const NO_QUERY = new URLSearchParams();

/** Methods that are a label of their own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
