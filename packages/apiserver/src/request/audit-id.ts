import { randomUUID } from 'node:crypto';
import type { ApiRequest } from '@drover/api';
import { header } from './response.js';

/** The header that names a request, in questions and answers, the log and audit events (audit.k8s.io/v1 HeaderAuditID). */
export const AUDIT_ID = 'audit-id';

/** Longer names are cut: they go into every line about the request. */
const LONGEST = 64;

/** The name of a request: the caller's own, as far as it can be printed, or a new one. */
export function auditId(request: ApiRequest): string {
  const given = header(request, AUDIT_ID)
    ?.replace(/[^\x21-\x7e]/g, '')
    .slice(0, LONGEST);
  return given ? given : randomUUID();
}
