import type { Duplex } from 'node:stream';
import {
  type AggregatedApi,
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Attributes,
  type Identity,
  notServed,
  type PathHandler,
  unauthorized,
} from '@drover/api';
import type { Clock, Log } from '@drover/kit';
import { type Authenticator, withoutToken } from './auth/authenticator.js';
import { authorize } from './auth/authorize.js';
import { ANONYMOUS } from './auth/identity.js';
import { impersonated } from './auth/impersonation.js';
import type { OpenStreams } from './auth/open-streams.js';
import type { RuleIndex } from './auth/rule-index.js';
import type { Metrics } from './metrics.js';
import { EventStream } from './registry/event-stream.js';
import { inTime } from './request/body.js';
import { failure, header } from './request/response.js';
import { parseTarget, type ResourceTarget, type Target } from './request/target.js';
import { reviewAt, serveReview } from './reviews/reviews.js';
import type { Routes } from './routes.js';
import type { Verbs } from './verbs/call.js';
import { attributesOf, serveObjects } from './verbs/resource.js';

/** Headers that say who asks: handlers behind us are told the identity itself and never see these. */
const IDENTITY_HEADERS = /^(authorization|impersonate-.*)$/;

/** Who asked for what, and what came of it: an audit event at the level Metadata. No bodies, hence no secrets. */
export interface AuditEvent {
  /** Milliseconds since the epoch when the request came. */
  readonly time: number;
  readonly method: string;
  /** Without the query: a query may carry names, never a right. */
  readonly path: string;
  /** Who the request acted as; absent when that was refused. */
  readonly identity?: Identity;
  readonly code: number;
}

/** What the request pipeline stands on. */
export interface ApiParts {
  readonly verbs: Verbs;
  readonly rules: RuleIndex;
  readonly authenticator: Authenticator;
  readonly streams: OpenStreams;
  readonly routes: Routes;
  readonly aggregated: readonly AggregatedApi[];
  readonly paths: readonly PathHandler[];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit?: (event: AuditEvent) => void;
}

/** One request on its way: what it addresses and who really asks. */
interface Asked {
  readonly request: ApiRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly target: Target;
  readonly identity: Identity;
  /** Finds out again who asks, for streams that stay open. */
  readonly identify: () => Identity;
}

/** The way of a request through the server: who asks, what for, may they, and then the answer. */
export class Api {
  constructor(readonly parts: ApiParts) {}

  async handle(request: ApiRequest, sender?: Identity): Promise<ApiResponse> {
    const { metrics, clock, log } = this.parts;
    const started = clock.now();
    let labels = { verb: request.method, group: '', resource: '' };
    let response: ApiResponse;
    let identity: Identity | undefined;
    try {
      const asked = this.#ask(request, sender);
      identity = asked.identity;
      response = await this.#serve(asked, (verb, { group, resource }) => {
        labels = { verb, group, resource };
      });
    } catch (error) {
      if (!(error instanceof ApiError))
        log.error('a request failed', { method: request.method, path: pathOf(request.url), error });
      response = failure(error);
    }
    const { audit } = this.parts;
    const path = pathOf(request.url);
    audit?.({ time: started, method: request.method, path, ...(identity ? { identity } : {}), code: response.status });
    metrics.request({ ...labels, code: response.status }, (clock.now() - started) / 1000);
    return request.method === 'HEAD' ? { ...response, body: new Uint8Array() } : response;
  }

  /** Serves a WebSocket handshake. Whatever is refused is told on the raw connection, which then ends. */
  async upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array, sender?: Identity): Promise<void> {
    const { audit, clock, log } = this.parts;
    const time = clock.now();
    const tell = (code: number, identity?: Identity): void =>
      audit?.({ time, method: request.method, path: pathOf(request.url), ...(identity ? { identity } : {}), code });
    let who: Identity | undefined;
    try {
      refuseForeignOrigin(request, sender);
      const { target, identity, identify } = this.#ask(request, sender);
      who = identity;
      if (target.type !== 'resource') throw notServed();
      const found = this.#aggregated(target);
      if (found?.api.upgrade === undefined) throw noUpgrade(target);
      const attributes = { ...attributesOf(request.method, target, new URLSearchParams()), ...found.addressed };
      authorize(this.parts.rules, identity, attributes);
      const registration = this.#guard(identify, attributes, () => socket.destroy());
      socket.once('close', () => registration[Symbol.dispose]());
      // Told before the stream begins: what it shows may be secret.
      tell(101, identity);
      await found.api.upgrade(withoutIdentity(request), identity, socket, head);
    } catch (error) {
      if (!(error instanceof ApiError)) log.error('an upgrade failed', { path: pathOf(request.url), error });
      const refusal = failure(error);
      tell(refusal.status, who);
      refuseUpgrade(socket, refusal);
    }
  }

  #ask(request: ApiRequest, sender: Identity | undefined): Asked {
    const { authenticator, rules } = this.parts;
    const identify = (): Identity => impersonated(request, sender ?? authenticator.request(request), rules);
    const identity = identify();
    const path = pathOf(request.url);
    const query = new URLSearchParams(request.url.slice(path.length + 1));
    return { request, path, query, target: parseTarget(path), identity, identify };
  }

  async #serve(asked: Asked, told: (verb: string, target: ResourceTarget) => void): Promise<ApiResponse> {
    const { request, path, target, identity, query } = asked;
    const { paths, rules, routes } = this.parts;
    if (target.type === 'resource') return this.#resource(asked, target, told);
    const handler = paths.find(({ prefix }) => under(prefix, path));
    if (handler !== undefined) {
      if (identity.name === ANONYMOUS) throw unauthorized();
      return handler.handle(withoutIdentity(request), identity, (attributes) => rules.decide(identity, attributes));
    }
    authorize(rules, identity, pathAttributes(request.method, path));
    return routes.handle(request, path, query);
  }

  async #resource(
    asked: Asked,
    target: ResourceTarget,
    told: (verb: string, target: ResourceTarget) => void,
  ): Promise<ApiResponse> {
    const { request, query, identity, identify } = asked;
    const { rules, authenticator, verbs, clock } = this.parts;
    const aggregated = this.#aggregated(target);
    const attributes = { ...attributesOf(request.method, target, query), ...aggregated?.addressed };
    const { verb } = attributes;
    const review = reviewAt(target);
    // Only what there is has a label of its own: a caller who makes names up makes no metric grow.
    const stored = verbs.core.catalog.definition(target.group, target.resource);
    if (aggregated ?? review ?? stored) told(verb, target);
    authorize(rules, identity, attributes);
    if (aggregated !== undefined) return aggregated.api.handle(withoutIdentity(request), identity);
    const whole = { ...request, body: inTime(request.body, clock) };
    if (review !== undefined && verb === 'create') {
      const { namespace, name } = target;
      const objects = verbs.core.reader;
      return serveReview(review, whole, { rules, authenticator, objects, clock, identity, namespace, name });
    }
    if (verb === 'watch') return this.#watch(asked, target, attributes, identify);
    return serveObjects(verbs, whole, query, target, verb, identity, request.signal);
  }

  async #watch(
    { request, query, identity }: Asked,
    target: ResourceTarget,
    attributes: Attributes,
    identify: () => Identity,
  ): Promise<ApiResponse> {
    const { verbs, metrics } = this.parts;
    const open = new AbortController();
    const registration = this.#guard(identify, attributes, () => open.abort());
    const leave = (): void => open.abort();
    request.signal.addEventListener('abort', leave, { once: true });
    if (request.signal.aborted) leave();
    let counted = false;
    open.signal.addEventListener('abort', () => {
      registration[Symbol.dispose]();
      request.signal.removeEventListener('abort', leave);
      if (counted) metrics.watch(target, -1);
    });
    try {
      const response = await serveObjects(verbs, request, query, target, 'watch', identity, open.signal);
      metrics.watch(target, 1);
      counted = true;
      if (response.body instanceof EventStream) response.body.onEnd(leave);
      return response;
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Ends a stream when who opened it would be refused now. */
  #guard(identify: () => Identity, attributes: Attributes, close: () => void): Disposable {
    const stillAllowed = (): boolean => {
      try {
        return this.parts.rules.decide(identify(), attributes).allowed;
      } catch {
        return false;
      }
    };
    return this.parts.streams.add({ stillAllowed, close });
  }

  /** The handler of an aggregated group, and what of the path RBAC is asked: the longest resource that it declares. */
  #aggregated(target: ResourceTarget): { api: AggregatedApi; addressed: { subresource?: string } } | undefined {
    const api = this.parts.aggregated.find(
      ({ group, version }) => group === target.group && version === target.version,
    );
    if (api === undefined) return undefined;
    const { resource, subresource } = target;
    const asked = subresource === undefined ? resource : `${resource}/${subresource}`;
    const declared = api.resources
      .filter(({ name }) => name === asked || (name.includes('/') && asked.startsWith(`${name}/`)))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (declared === undefined) throw notServed();
    const slash = declared.name.indexOf('/');
    return { api, addressed: slash < 0 ? {} : { subresource: declared.name.slice(slash + 1) } };
  }
}

/** What an upgrade of a path that is ours to serve would be, refused by name. */
function noUpgrade({ resource, subresource }: ResourceTarget): ApiError {
  const what =
    subresource === undefined ? `watching ${resource} over a WebSocket` : `the subresource ${resource}/${subresource}`;
  return new ApiError('Unknown', `${what} is not implemented by this server`, {}, { code: 501 });
}

/** What RBAC is asked for a path that is no resource. */
function pathAttributes(method: string, path: string): Attributes {
  return { verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path };
}

function withoutIdentity(request: ApiRequest): ApiRequest {
  const kept = Object.entries(request.headers).filter(([name]) => !IDENTITY_HEADERS.test(name));
  const headers = Object.fromEntries(kept);
  const protocols = headers['sec-websocket-protocol'];
  if (protocols !== undefined) headers['sec-websocket-protocol'] = withoutToken(String(protocols));
  return { ...request, headers };
}

/**
 * A browser sends a client certificate along without being asked, so a page of another origin could open a stream in its owner's
 * name. Tokens are never sent along by themselves.
 */
function refuseForeignOrigin(request: ApiRequest, sender: Identity | undefined): void {
  const origin = header(request, 'origin');
  if (origin === undefined || sender === undefined) return;
  const host = header(request, 'host');
  if (!URL.canParse(origin) || new URL(origin).host !== host) {
    throw new ApiError('Forbidden', 'connections from another origin are not allowed');
  }
}

function refuseUpgrade(socket: Duplex, { status, headers, body }: ApiResponse): void {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array();
  const lines = [
    `HTTP/1.1 ${status} Refused`,
    `content-type: ${String(headers['content-type'] ?? 'text/plain')}`,
    `content-length: ${bytes.length}`,
    'connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), bytes]));
}

function under(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}
