import { ApiError, forbiddenField, notSupported, type StatusCause } from '@drover/api';
import { count, flag, refuseOptions } from './options.js';

/** What a LIST or WATCH asks for (meta/v1 ListOptions), parsed. */
export interface ListOptions {
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly watch: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean;
  /** Absent and "" are the same to Kubernetes; "0" means whatever is there. */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
}

/**
 * Reads the parameters of a LIST or WATCH and checks that they go together
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).
 *
 * @throws ApiError BadRequest, or Invalid with each parameter that is wrong.
 */
export function listOptions(query: URLSearchParams): ListOptions {
  const watch = flag(query, 'watch');
  const timeoutSeconds = count(query, 'timeoutSeconds');
  const limit = count(query, 'limit') ?? 0;
  refuseOptions('ListOptions', watch ? watchCauses(query) : listCauses(query));
  const match = query.get('resourceVersionMatch') ?? '';
  return {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    watch,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks'),
    sendInitialEvents: flag(query, 'sendInitialEvents'),
    resourceVersion: revision(query.get('resourceVersion')),
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    timeoutSeconds: timeoutSeconds !== undefined && timeoutSeconds > 0 ? timeoutSeconds : undefined,
    limit: limit > 0 ? limit : undefined,
    continueToken: query.get('continue') || undefined,
  };
}

const MATCH = 'resourceVersionMatch';

function listCauses(query: URLSearchParams): StatusCause[] {
  const causes: StatusCause[] = [];
  const match = query.get(MATCH) ?? '';
  if (match !== '') {
    const resourceVersion = query.get('resourceVersion') ?? '';
    if (resourceVersion === '')
      causes.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    if ((query.get('continue') ?? '') !== '')
      causes.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
    if (match !== 'Exact' && match !== 'NotOlderThan')
      causes.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    if (match === 'Exact' && resourceVersion === '0')
      causes.push(forbiddenField(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (query.has('sendInitialEvents'))
    causes.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  return causes;
}

function watchCauses(query: URLSearchParams): StatusCause[] {
  const causes: StatusCause[] = [];
  const match = query.get(MATCH) ?? '';
  const sends = query.has('sendInitialEvents');
  if (sends && match !== 'NotOlderThan')
    causes.push(forbiddenField(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  if (match === '') return causes;
  if (!sends)
    causes.push(
      forbiddenField(MATCH, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
    );
  if (match !== 'NotOlderThan') causes.push(notSupported(MATCH, match, ['NotOlderThan']));
  if ((query.get('continue') ?? '') !== '')
    causes.push(forbiddenField(MATCH, 'resourceVersionMatch is forbidden when continue is provided'));
  return causes;
}

/** A resource version; none for an empty one. @throws ApiError of code 500 for what is none, as Kubernetes does. */
export function revision(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw notRevision(text, 'invalid syntax');
  // Revisions of this server are safe integers; one that is not has not happened.
  if (BigInt(text) > 0xffff_ffff_ffff_ffffn) throw notRevision(text, 'value out of range');
  return Math.min(Number(text), Number.MAX_SAFE_INTEGER);
}

/** As Kubernetes: whoever makes up a resource version finds an error that has no status of its own. */
function notRevision(text: string, why: string): ApiError {
  const quoted = JSON.stringify(text);
  return new ApiError(
    'Unknown',
    `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: ${why}`,
  );
}
