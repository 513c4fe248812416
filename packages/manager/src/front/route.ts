import type { Duplex } from 'node:stream';
import type { Answer, Exchange, SignedIn } from './exchange.js';

/** The methods routes are declared for. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'ANY';

/** In which words a route refuses: Rancher's, Kubernetes', or plain text. */
export type Words = 'norman' | 'kubernetes' | 'text';

/**
 * Who may use a route. There is no route without one of these, and an open one says why:
 * - `open`: anybody;
 * - `signed-in`: a user, also one that must first change its password;
 * - `own-password`: a user that has chosen its password;
 * - `kubernetes`: as `own-password`, or a bearer of credentials of the Kubernetes API behind us, which decides.
 *
 * A token for one cluster only is refused by all but `open` and `kubernetes` routes, which look at the cluster.
 */
export type Access =
  | { readonly access: 'open'; readonly because: string; readonly handle: (exchange: Exchange) => Promise<Answer> }
  | { readonly access: 'signed-in'; readonly handle: (exchange: SignedIn) => Promise<Answer> }
  | { readonly access: 'own-password'; readonly handle: (exchange: SignedIn) => Promise<Answer> }
  | { readonly access: 'kubernetes'; readonly handle: (exchange: Exchange) => Promise<Answer> };

/** A path with a method, and what happens there. `/a/:name/*` binds `name` and, as `rest`, everything after it. */
export type Route = {
  readonly method: Method;
  readonly path: string;
  /** `?action=` that the route is about; a route without one is not asked for requests that have one. */
  readonly action?: string;
  readonly words: Words;
} & Access;

/** Who may upgrade at a path, and how the raw connection goes on. */
export type UpgradeRoute =
  | {
      readonly path: string;
      readonly access: 'open';
      readonly because: string;
      readonly upgrade: (exchange: Omit<Exchange, 'response'>, socket: Duplex, head: Buffer) => Promise<void>;
    }
  | {
      readonly path: string;
      /** As for routes; a token for one cluster only is for the `kubernetes` ones alone, which look at the cluster. */
      readonly access: 'own-password' | 'kubernetes';
      readonly upgrade: (exchange: Omit<SignedIn, 'response'>, socket: Duplex, head: Buffer) => Promise<void>;
    };

/** A pattern, read once. */
interface Pattern {
  readonly fixed: readonly string[];
  /** Whether it ends in `*`. */
  readonly open: boolean;
}

/** As many as there are routes. */
const patterns = new Map<string, Pattern>();

/**
 * The values a path binds in a pattern, or `undefined` when it is another path. Literal segments match in any case, as Rancher's
 * do. Double and trailing slashes are ignored, as clients write them.
 */
export function matchPath(pattern: string, pathname: string): Record<string, string> | undefined {
  return match(patternOf(pattern), segments(pathname), pathname);
}

/** The route for a request, with its bindings; or what is wrong with the request that comes nearest to one. */
export function findRoute(
  routes: readonly Route[],
  request: { readonly method: string; readonly pathname: string; readonly action: string | null },
): { readonly route: Route; readonly params: Record<string, string> } | 'no path' | 'no action' | 'no method' {
  let nearest: 'no path' | 'no action' | 'no method' = 'no path';
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const given = segments(request.pathname);
  for (const route of routes) {
    const params = match(patternOf(route.path), given, request.pathname);
    if (params === undefined) continue;
    if (route.method !== 'ANY' && route.method !== method) {
      if (nearest === 'no path') nearest = 'no method';
      continue;
    }
    if (route.method !== 'ANY' && (route.action ?? null) !== request.action) {
      nearest = 'no action';
      continue;
    }
    return { route, params };
  }
  return nearest;
}

function match(
  { fixed, open }: Pattern,
  given: readonly string[],
  pathname: string,
): Record<string, string> | undefined {
  if (open ? given.length < fixed.length : given.length !== fixed.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, segment] of fixed.entries()) {
    const actual = given[index] as string;
    if (segment.startsWith(':')) {
      const value = unescaped(actual);
      if (value === undefined) return undefined;
      params[segment.slice(1)] = value;
    } else if (segment !== actual && segment.toLowerCase() !== actual.toLowerCase()) return undefined;
  }
  if (open) params['rest'] = restOf(pathname, fixed.length);
  return params;
}

function patternOf(path: string): Pattern {
  const known = patterns.get(path);
  if (known !== undefined) return known;
  const wanted = segments(path);
  const open = wanted.at(-1) === '*';
  const pattern = { fixed: open ? wanted.slice(0, -1) : wanted, open };
  patterns.set(path, pattern);
  return pattern;
}

function segments(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

/** What follows the first `count` segments, as it was written, so that `%2f` stays what it is. */
function restOf(pathname: string, count: number): string {
  let at = 0;
  for (let seen = 0; seen < count; seen += 1) {
    while (pathname[at] === '/') at += 1;
    while (at < pathname.length && pathname[at] !== '/') at += 1;
  }
  const rest = pathname.slice(at);
  return rest === '' ? '/' : rest;
}

function unescaped(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
