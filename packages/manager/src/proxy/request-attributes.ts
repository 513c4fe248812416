import type { AccessQuestion } from '@drover/client';

/** Segments of `/api/v1/namespaces/NAME/…` that belong to the namespace itself. */
const OF_A_NAMESPACE = new Set(['status', 'finalize']);

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What servers may read differently from us: empty segments, dots, what would be something else if it were decoded once more. */
const NOT_PLAIN = /\/{2}|(^|\/)\.{1,2}(\/|$)|[%\\;]/;

/**
 * What a Kubernetes API server asks its authorizer about a request (kube-apiserver, `RequestInfo`), and for objects of Steve's API
 * what that asks there in the caller's name: an upload counts as changing its object; whoever does any other action, which is soon
 * over, has to see its object. `undefined` where no question says it all: a subscription of Steve's is of whatever its subscriber
 * names afterwards, and a path that is not plain may be something else to the server.
 */
export function attributesOf(method: string, path: string): AccessQuestion | undefined {
  const [pathname = '', search] = path.split('?', 2);
  const query = new URLSearchParams(search);
  const plain = decoded(pathname);
  if (NOT_PLAIN.test(plain)) return undefined;
  const segments = plain.split('/').filter((segment) => segment !== '');
  const [root, ...rest] = segments;
  if (root === 'v1') {
    const verb = method === 'POST' && query.get('action') === 'upload' ? 'update' : VERBS[method];
    return steveAttributes(verb ?? '', rest[0] === 'harvester' ? rest.slice(1) : rest);
  }
  const head = root === 'api' ? 2 : root === 'apis' ? 3 : Number.POSITIVE_INFINITY;
  if (segments.length <= head) return { nonResourceAttributes: { verb: method.toLowerCase(), path: plain } };
  const group = root === 'api' ? '' : (segments[1] ?? '');
  return kubernetesAttributes(VERBS[method] ?? '', group, segments.slice(head), query);
}

function kubernetesAttributes(
  verb: string,
  group: string,
  segments: readonly string[],
  query: URLSearchParams,
): AccessQuestion {
  // The old paths of watches say by themselves that they are.
  const old = segments[0] === 'watch' && segments.length > 1;
  const at = old ? segments.slice(1) : segments;
  const placed = at[0] === 'namespaces' && at[1] !== undefined;
  const within = placed && at[2] !== undefined && !OF_A_NAMESPACE.has(at[2]);
  const [resource = '', name, subresource] = within ? at.slice(2) : at;
  const object = { group, resource, subresource, namespace: placed ? at[1] : undefined };
  if (old) return { resourceAttributes: { verb: 'watch', ...object, name } };
  if (name !== undefined) return { resourceAttributes: { verb, ...object, name } };
  const ofAll = verb === 'get' ? (isWatch(query) ? 'watch' : 'list') : verb === 'delete' ? 'deletecollection' : verb;
  return { resourceAttributes: { verb: ofAll, ...object, name: ofAll === 'create' ? undefined : selectedName(query) } };
}

const isWatch = (query: URLSearchParams): boolean => {
  const watch = query.get('watch');
  return watch !== null && !['false', '0'].includes(watch.toLowerCase());
};

/** A selection of one name counts as a request for it: `resourceNames` of a role allow it. */
const selectedName = (query: URLSearchParams): string | undefined =>
  /(?:^|,)metadata\.name==?([^,=]+)(?:,|$)/.exec(query.get('fieldSelector') ?? '')?.[1];

/** `/v1/GROUP.TYPE[/NAMESPACE][/NAME]`, types by their plural or without its ending. */
function steveAttributes(verb: string, [type = '', ...ids]: readonly string[]): AccessQuestion | undefined {
  if (type === '' || type === 'subscribe') return undefined;
  const dot = type.lastIndexOf('.');
  const [group, word] = dot < 0 ? ['', type] : [type.slice(0, dot), type.slice(dot + 1)];
  const resource = word.endsWith('s') ? word : `${word}s`;
  const [namespace, name] = ids.length > 1 ? ids : [undefined, ids[0]];
  if (name === undefined) return { resourceAttributes: { verb: verb === 'get' ? 'list' : verb, group, resource } };
  return { resourceAttributes: { verb: verb === 'create' ? 'get' : verb, group, resource, namespace, name } };
}

/** As servers read it before they split it; what does not decode is refused there. */
function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
