import { badRequest } from '@drover/api';

/** What a path addresses under `/api` and `/apis`. `subresource` keeps all its segments, joined by `/`. */
export interface ResourceTarget {
  readonly type: 'resource';
  readonly group: string;
  readonly version: string;
  readonly namespace?: string | undefined;
  /** Set for a namespace itself: its rights are asked in it, so that a RoleBinding inside can allow them. */
  readonly authorizedIn?: string | undefined;
  readonly resource: string;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** Set for the old path of watches, which says by itself that it is one, of a collection or of one name. */
  readonly watched?: true | undefined;
}

/** What a request addresses: an API resource, or any other path of the server. */
export type Target = ResourceTarget | { readonly type: 'path'; readonly path: string };

/** Segments of `/api/v1/namespaces/NAME/...` that belong to the namespace itself rather than being a plural in it. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

/**
 * Reads a URL's path by the grammar of the Kubernetes API:
 * `/api/v1|/apis/GROUP/VERSION` `[/watch]` `[/namespaces/NAMESPACE]` `/PLURAL[/NAME[/SUBRESOURCE...]]`. Anything else, discovery
 * paths included, is a plain path.
 *
 * @throws ApiError BadRequest for a segment that does not decode, or that would mean something else after decoding.
 */
export function parseTarget(path: string): Target {
  const segments = path.split('/');
  if (segments.length > 1 && segments.at(-1) === '') segments.pop();
  const root = segments[1];
  if (root !== 'api' && root !== 'apis') return { type: 'path', path };
  const escaped = path.includes('%');
  for (let index = 2; index < segments.length; index++) {
    segments[index] = checkSegment(segments[index] as string, escaped);
  }
  const head = root === 'api' ? 3 : 4;
  if (segments.length <= head) return { type: 'path', path };
  const group = root === 'api' ? '' : (segments[2] as string);
  const version = segments[head - 1] as string;
  const watched = segments[head] === 'watch' && segments.length > head + 1;
  return resourceAt(segments, watched ? head + 1 : head, { group, version, watched });
}

/** Reads the segments from `at` on: the plural, or where it is first. */
function resourceAt(
  segments: readonly string[],
  at: number,
  { group, version, watched }: { readonly group: string; readonly version: string; readonly watched: boolean },
): ResourceTarget {
  const second = segments[at + 1];
  const third = segments[at + 2];
  const placed = segments[at] === 'namespaces' && second !== undefined;
  const within = placed && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  const from = within ? at + 2 : at;
  return {
    type: 'resource',
    group,
    version,
    namespace: within ? second : undefined,
    authorizedIn: placed && !within ? second : undefined,
    resource: segments[from] as string,
    name: segments[from + 1],
    subresource: segments.length > from + 2 ? segments.slice(from + 2).join('/') : undefined,
    watched: watched || undefined,
  };
}

/** A segment, decoded where something in the path is `escaped`. */
function checkSegment(segment: string, escaped: boolean): string {
  const text = escaped ? decodeSegment(segment) : segment;
  if (text === '' || text === '.' || text === '..' || text.includes('\0') || (escaped && /[/%]/.test(text))) {
    throw badRequest(`"${segment}" is not a path segment of the API`);
  }
  return text;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path segment "${segment}" is not valid percent-encoding`);
  }
}

/** The RBAC verb of a request: what the method means at this place. Unknown methods have none. */
export function verbOf(method: string, target: ResourceTarget, watch: boolean): string | undefined {
  if (target.watched) return method === 'GET' || method === 'HEAD' ? 'watch' : undefined;
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (target.name !== undefined) return 'get';
      return watch ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return target.name === undefined ? 'deletecollection' : 'delete';
    default:
      return undefined;
  }
}
