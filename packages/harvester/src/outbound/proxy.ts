import { isIP } from 'node:net';

/** The value of the setting `http-proxy`: which proxies are asked, and for which hosts none. */
export interface ProxySettings {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

/**
 * The proxy for `url`, or `undefined` to go there directly. Hosts, domains (`.example.org` and `example.org` alike), addresses
 * and CIDR ranges of `noProxy` go directly; so does this machine.
 *
 * @throws TypeError when the proxy's own URL is none, or not http.
 */
export function proxyFor(url: URL, settings: ProxySettings): URL | undefined {
  const text = url.protocol === 'https:' ? settings.httpsProxy : settings.httpProxy;
  if (text === undefined || text.trim() === '' || goesDirectly(url, settings.noProxy ?? '')) return undefined;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol !== 'http:') throw new TypeError(`setting http-proxy: "${text}" is not an http:// URL`);
  return proxy;
}

function goesDirectly(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return true;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .some((entry) => matches(host, url.port, entry));
}

function matches(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  const [, name, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry) as unknown as [string, string, string | undefined];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host === domain || host.endsWith(`.${domain}`);
}

function inRange(host: string, cidr: string): boolean {
  const [base, length] = cidr.split('/');
  const bits = Number(length);
  if (base === undefined || isIP(host) !== 4 || isIP(base) !== 4 || !(bits >= 0 && bits <= 32)) return false;
  const size = 2 ** (32 - bits);
  return Math.floor(numeric(host) / size) === Math.floor(numeric(base) / size);
}

const numeric = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
