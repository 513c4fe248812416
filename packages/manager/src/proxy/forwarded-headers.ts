import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connectionOptions, isHopByHop } from '@drover/kit';

/** Header fields of one message, lower case, repeated ones as arrays. */
export type HeaderFields = Record<string, string | string[]>;

/**
 * Fields that say who somebody is, or where a request came from: ours to set, never the caller's. The caller's credentials are
 * among them: they are for us.
 */
const IDENTITY = new Set(['authorization', 'cookie', 'x-api-csrf', 'x-forwarded-user', 'forwarded']);
const IDENTITY_PREFIXES = [
  'impersonate-',
  'x-remote-',
  'x-forwarded-',
  'x-api-tunnel-',
  'x-api-url-prefix',
  'x-api-host',
];

/**
 * The caller's header fields as they may travel on: without hop-by-hop fields, without those that `Connection` names, and
 * without any that claims an identity, in whatever spelling (an underscore is a hyphen to some servers). What we add
 * afterwards can therefore neither be doubled nor struck out by the caller.
 */
export function forwardable(headers: IncomingHttpHeaders): HeaderFields {
  const named = connectionOptions(headers.connection);
  const kept: HeaderFields = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || named.has(name)) continue;
    if (isHopByHop(name) || isIdentity(name)) continue;
    kept[name] = value;
  }
  const protocols = kept['sec-websocket-protocol'];
  if (protocols !== undefined) kept['sec-websocket-protocol'] = withoutBearers(String(protocols));
  return kept;
}

/** Browsers that cannot set headers may give Kubernetes a token as a subprotocol: that is an identity as well. */
function withoutBearers(protocols: string): string {
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  return offered.filter((protocol) => !/^base64url\.bearer\.authorization\.k8s\.io\./i.test(protocol)).join(', ');
}

/** Whether the request claims to be somebody else: it is not obeyed, and the answer says so. */
export function claimsIdentity(request: Pick<IncomingMessage, 'headers'>): boolean {
  return Object.keys(request.headers).some((name) => spelled(name).startsWith('impersonate-'));
}

/** The upstream's header fields as they may travel back. */
export function returnable(headers: Readonly<Record<string, string | readonly string[] | undefined>>): HeaderFields {
  const named = connectionOptions(headers['connection']);
  const kept: HeaderFields = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || named.has(name) || isHopByHop(name)) continue;
    // A cookie of the cluster's server would be set for ours.
    if (name === 'set-cookie') continue;
    kept[name] = typeof value === 'string' ? value : [...value];
  }
  return kept;
}

function isIdentity(name: string): boolean {
  const plain = spelled(name);
  return IDENTITY.has(plain) || IDENTITY_PREFIXES.some((prefix) => plain.startsWith(prefix));
}

const spelled = (name: string): string => name.toLowerCase().replaceAll('_', '-');
