import { type ApiError, badRequest, type Json, type KubeObject } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import { type Core, warnIn } from '../registry/core.js';
import { flag } from '../request/options.js';
import type { ResourceTarget } from '../request/target.js';
import type { Call } from './call.js';

/** Reads what a query says into the options of a connection. */
type Reader = (query: URLSearchParams, path: string) => Readonly<Record<string, Json>>;

const texts = (query: URLSearchParams, name: string): Record<string, Json> =>
  query.has(name) ? { [name]: query.getAll(name) } : {};
const text = (query: URLSearchParams, name: string): Record<string, Json> => {
  const value = query.get(name) ?? '';
  return value === '' ? {} : { [name]: value };
};
const flags = (query: URLSearchParams, ...names: readonly string[]): Record<string, Json> =>
  Object.fromEntries(names.filter((name) => flag(query, name)).map((name) => [name, true]));
const streams: Reader = (query) => ({
  ...flags(query, 'stdin', 'stdout', 'stderr', 'tty'),
  ...text(query, 'container'),
});
const proxied: Reader = (query, path) => (path === '' ? text(query, 'path') : { path });

/** A port as Go reads it. @throws ApiError BadRequest. */
function port(text: string): number {
  const wrong = (why: string): ApiError =>
    badRequest(`cannot convert to []int32: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^\d+$/.test(text)) throw wrong('invalid syntax');
  if (Number(text) > 0xffff) throw wrong('value out of range');
  return Number(text);
}

/** The kinds of the options with which connections are asked for (core/v1), by their subresource. */
const CONNECTIONS: Readonly<Record<string, { readonly kind: string; readonly read: Reader }>> = {
  'pods/exec': {
    kind: 'PodExecOptions',
    read: (query, path) => ({ ...streams(query, path), ...texts(query, 'command') }),
  },
  'pods/attach': { kind: 'PodAttachOptions', read: streams },
  'pods/portforward': {
    kind: 'PodPortForwardOptions',
    read: (query) => {
      const ports = query.getAll('ports').flatMap((list) => list.split(',').map(port));
      return ports.length === 0 ? {} : { ports };
    },
  },
  'pods/proxy': { kind: 'PodProxyOptions', read: proxied },
  'services/proxy': { kind: 'ServiceProxyOptions', read: proxied },
  'nodes/proxy': { kind: 'NodeProxyOptions', read: proxied },
};

/**
 * Lets webhooks and policies look at a request for a connection, as Kubernetes does before it looks for the other end; what the
 * path addresses otherwise is none of theirs.
 *
 * @throws ApiError when one refuses it.
 */
export async function admitConnection(
  core: Core,
  { group, resource, subresource = '', namespace, name = '' }: ResourceTarget,
  served: Served,
  { query, identity, warnings, annotate }: Pick<Call, 'query' | 'identity' | 'warnings' | 'annotate'>,
): Promise<void> {
  const [first = '', ...path] = subresource.split('/');
  const connection = group === '' ? CONNECTIONS[`${resource}/${first}`] : undefined;
  if (connection === undefined) return;
  const { kind, read } = connection;
  const options = read(query, path.map((segment) => `/${segment}`).join(''));
  const object: KubeObject = { apiVersion: 'v1', kind, metadata: {}, ...options };
  await core.admission.question({
    operation: 'CONNECT',
    group,
    resource,
    subresource: first,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    object,
    identity,
    dryRun: false,
    served,
    document: { group: '', version: 'v1', kind, bare: true },
    options: null,
    warn: warnIn(warnings),
    annotate,
  });
}
