import { badRequest } from '@drover/api';

/** What a path addresses under `/api` and `/apis`. `subresource` keeps all its segments, joined by `/`. */
export interface ResourceTarget {
  readonly type: 'resource';
  readonly group: string;
  readonly version: string;
  readonly namespace?: string;
  /** Set for a namespace itself: its rights are asked in it, so that a RoleBinding inside can allow them. */
  readonly authorizedIn?: string;
  readonly resource: string;
  readonly name?: string;
  readonly subresource?: string;
  /** Set for the old path of watches, which says by itself that it is one, of a collection or of one name. */
  readonly watched?: true;
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
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const [root] = segments;
  if (root !== 'api' && root !== 'apis') return { type: 'path', path };
  const decoded = segments.map(decodeSegment);
  const head = root === 'api' ? 2 : 3;
  if (decoded.length <= head) return { type: 'path', path };
  const group = root === 'api' ? '' : (decoded[1] as string);
  const version = decoded[head - 1] as string;
  const place = decoded.slice(head);
  const watched = place[0] === 'watch' && place.length > 1;
  const addressed = parseResource(watched ? place.slice(1) : place);
  return { type: 'resource', group, version, ...addressed, ...(watched ? { watched } : {}) };
}

type Addressed = Omit<ResourceTarget, 'type' | 'group' | 'version'>;

function parseResource(segments: readonly string[]): Addressed {
  const [first, second, third] = segments as [string, string?, string?];
  if (first === 'namespaces' && second !== undefined && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third)) {
    return { namespace: second, ...resourceParts(segments.slice(2)) };
  }
  const parts = resourceParts(segments);
  return first === 'namespaces' && second !== undefined ? { authorizedIn: second, ...parts } : parts;
}

function resourceParts([resource, name, ...subresource]: readonly string[]): Addressed {
  return {
    resource: resource as string,
    ...(name === undefined ? {} : { name }),
    ...(subresource.length === 0 ? {} : { subresource: subresource.join('/') }),
  };
}

function decodeSegment(segment: string): string {
  let text: string;
  try {
    text = decodeURIComponent(segment);
  } catch {
    throw badRequest(`the path segment "${segment}" is not valid percent-encoding`);
  }
  if (text === '' || text === '.' || text === '..' || text.includes('/') || text.includes('%') || text.includes('\0')) {
    throw badRequest(`"${segment}" is not a path segment of the API`);
  }
  return text;
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
