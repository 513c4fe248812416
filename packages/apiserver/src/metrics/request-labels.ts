import type { ApiRequest } from '@drover/api';
import { header } from '../request/response.js';

/** What kind of request this was, in the labels of the upstream API server. Values are few, and none is a caller's to make up. */
export interface RequestLabels {
  readonly verb: string;
  readonly dryRun: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** The subresource; of a path that is no resource, the path. */
  readonly subresource: string;
  readonly scope: '' | 'resource' | 'namespace' | 'cluster';
}

/** Subresources of stored kinds; what else a caller writes there is no label. */
export const SUBRESOURCES: ReadonlySet<string> = new Set([
  'approval',
  'attach',
  'binding',
  'ephemeralcontainers',
  'eviction',
  'exec',
  'finalize',
  'log',
  'portforward',
  'proxy',
  'resize',
  'scale',
  'status',
  'token',
]);

const VERBS: Readonly<Record<string, string>> = {
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};

/** Whether a request may change something, by its method (apiserver_current_inflight_requests' `request_kind`). */
export type RequestKind = 'readOnly' | 'mutating';

export function requestKind(method: string): RequestKind {
  return method === 'GET' || method === 'HEAD' ? 'readOnly' : 'mutating';
}

/** How metrics call a verb: by its method where there is one, an apply by its own name. */
export function verbLabel(verb: string, request: ApiRequest): string {
  if (verb === 'patch' && header(request, 'content-type')?.startsWith('application/apply-patch')) return 'APPLY';
  return VERBS[verb] ?? 'other';
}

/** Whether a request is about one object, a namespace or all of a kind (apiserver CleanScope). */
export function scopeLabel(
  verb: string,
  namespace: string | undefined,
  name: string | undefined,
): RequestLabels['scope'] {
  if (name !== undefined || verb === 'create') return 'resource';
  return namespace === undefined ? 'cluster' : 'namespace';
}

/** The query parameter `dryRun`, as far as it has a meaning. */
export function dryRunLabel(query: URLSearchParams): string {
  const asked = query.getAll('dryRun').filter((value) => value !== '');
  if (asked.length === 0) return '';
  return asked.every((value) => value === 'All') ? 'All' : 'invalid';
}
