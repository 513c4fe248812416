import { global, instance, type Library, list, map, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { BOOL, STRING } from '../type.js';
import { ArrayList, CelOpaque, EntryMap } from '../value.js';

/** The parts of a URL as Go's net/url splits it: nothing is made canonical. */
export interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/**
 * Splits an absolute URL, or an absolute path, by Go's rules for a request's URI.
 *
 * @throws Error that says why it is none.
 */
export function parseUrl(text: string): UrlParts {
  if (text === '') throw new UrlError(text, 'empty url');
  if ([...text].some((character) => character < ' ' || character === '\x7f'))
    throw new UrlError(text, 'net/url: invalid control character in URL');
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? [];
  if (text.startsWith(':')) throw new UrlError(text, 'missing protocol scheme');
  const [before = '', query = ''] = cut(rest, '?');
  if (!before.startsWith('/')) {
    if (scheme !== '') return { scheme: scheme.toLowerCase(), host: '', path: '', query };
    throw new UrlError(text, 'invalid URI for request');
  }
  const authority = scheme === '' ? null : /^\/\/([^/]*)/.exec(before);
  const host = authority ? hostOf(text, authority[1] ?? '') : '';
  const path = before.slice(authority?.[0].length ?? 0);
  checkEscapes(text, path);
  return { scheme: scheme.toLowerCase(), host, path, query };
}

/** What Go says of a URL that is none. */
export class UrlError extends Error {
  constructor(text: string, why: string) {
    super(`parse ${JSON.stringify(text)}: ${why}`);
  }
}

function hostOf(text: string, authority: string): string {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at)))
    throw new UrlError(text, 'net/url: invalid userinfo');
  const host = authority.slice(at + 1);
  const isBracketed = host.startsWith('[');
  const close = host.lastIndexOf(']');
  if (isBracketed && close < 0) throw new UrlError(text, "missing ']' in host");
  const colon = isBracketed ? close + 1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon);
  if (!/^(:\d*)?$/.test(port)) throw new UrlError(text, `invalid port ${JSON.stringify(port)} after host`);
  const bad = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/.exec(host);
  if (bad || (!isBracketed && host.slice(0, colon < 0 ? undefined : colon).includes(':')))
    throw new UrlError(text, `invalid character ${JSON.stringify(bad?.[0] ?? ':')} in host name`);
  checkEscapes(text, host);
  return host;
}

function checkEscapes(text: string, part: string): void {
  const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s.exec(part);
  if (bad) throw new UrlError(text, `invalid URL escape ${JSON.stringify(bad[0])}`);
}

function cut(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

class CelUrl extends CelOpaque {
  override readonly typeName = 'kubernetes.URL';

  constructor(
    readonly text: string,
    readonly parts: UrlParts,
  ) {
    super();
  }

  override equals(other: CelOpaque): boolean {
    return other instanceof CelUrl && other.text === this.text;
  }
}

const url = instance('kubernetes.URL', CelUrl);

function parsed(text: string): CelUrl {
  try {
    parseUrl(text);
    return new CelUrl(text, parseUrl(cut(text, '#')[0] ?? ''));
  } catch (error) {
    if (error instanceof UrlError)
      throw new EvaluationError(`URL parse error during conversion from string: ${error.message}`);
    throw error;
  }
}

function isUrl(text: string): boolean {
  try {
    parseUrl(text);
    return true;
  } catch (error) {
    if (error instanceof UrlError) return false;
    throw error;
  }
}

/** The name or address before the port, without brackets. */
function hostname(host: string): string {
  const close = host.indexOf(']');
  return close < 0 ? (cut(host, ':')[0] ?? '') : host.slice(1, close);
}

const port = (host: string): string => cut(host.slice(host.indexOf(']') + 1), ':')[1] ?? '';

/** What Go writes for a path: characters that may not stand in one are escaped, escapes stay. */
const escapedPath = (path: string): string =>
  path.replaceAll(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, (character) => encodeURIComponent(character));

function queryOf(query: string): EntryMap {
  const values = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(query)) values.set(key, [...(values.get(key) ?? []), value]);
  return new EntryMap([...values].map(([key, all]) => [key, new ArrayList(all)]));
}

/** Kubernetes' functions on URLs. */
export const URLS: Library = [
  ['url', [global('string_to_url', [string], url.type, parsed)]],
  ['isURL', [global('is_url_string', [string], BOOL, isUrl)]],
  ['getScheme', [member('url_get_scheme', [url], STRING, ({ parts }) => parts.scheme)]],
  ['getHost', [member('url_get_host', [url], STRING, ({ parts }) => parts.host)]],
  ['getHostname', [member('url_get_hostname', [url], STRING, ({ parts }) => hostname(parts.host))]],
  ['getPort', [member('url_get_port', [url], STRING, ({ parts }) => port(parts.host))]],
  ['getEscapedPath', [member('url_get_escaped_path', [url], STRING, ({ parts }) => escapedPath(parts.path))]],
  ['getQuery', [member('url_get_query', [url], map(string, list(string)).type, ({ parts }) => queryOf(parts.query))]],
];
