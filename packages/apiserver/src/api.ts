import type { Duplex } from 'node:stream';
import {
  type AggregatedApi,
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Attributes,
  type Identity,
  type KubeObject,
  notServed,
  type PathHandler,
  unauthorized,
} from '@drover/api';
import type { Clock, Log } from '@drover/kit';
import type { AggregatedApis } from './aggregation/aggregated-apis.js';
import type { Auditor } from './audit/auditor.js';
import { type Authenticator, withoutToken } from './auth/authenticator.js';
import { refused } from './auth/authorize.js';
import { ANONYMOUS } from './auth/identity.js';
import { impersonated } from './auth/impersonation.js';
import type { OpenStreams } from './auth/open-streams.js';
import type { RuleIndex } from './auth/rule-index.js';
import type { Fairness } from './fairness/fairness.js';
import type { Seat } from './fairness/priority-level.js';
import type { Metrics } from './metrics/metrics.js';
import { dryRunLabel, type RequestLabels, SUBRESOURCES, scopeLabel, verbLabel } from './metrics/request-labels.js';
import { EventStream } from './registry/event-stream.js';
import { AUDIT_ID } from './request/audit-id.js';
import { inTime, requestTime } from './request/deadline.js';
import { RequestLog } from './request/request-log.js';
import { compressed, failure, header } from './request/response.js';
import { parseTarget, type ResourceTarget, type Target } from './request/target.js';
import { Visit } from './request/visit.js';
import { admittedQuestion } from './reviews/admitted-question.js';
import { reviewAt, serveReview } from './reviews/reviews.js';
import type { Routes } from './routes.js';
import type { Verbs } from './verbs/call.js';
import { attributesOf, methodNotAllowed, serveObjects } from './verbs/resource.js';
import { withWarnings } from './verbs/warning.js';

/** Headers that say who asks: handlers behind us are told the identity itself and never see these. */
const IDENTITY_HEADERS = /^(authorization|impersonate-.*)$/;
/** Nobody on the way may keep an answer that does not say how long it holds. */
const NOT_KEPT = { 'cache-control': 'no-cache, private' };
const NO_BODY = new Uint8Array();
/** The answer to a handshake that was taken; its bytes are whoever takes it to send. */
const SWITCHED: ApiResponse = { status: 101, headers: {}, body: NO_BODY };

/** What the request pipeline stands on. */
export interface ApiParts {
  readonly verbs: Verbs;
  readonly rules: RuleIndex;
  readonly authenticator: Authenticator;
  readonly streams: OpenStreams;
  readonly routes: Routes;
  readonly aggregated: Pick<AggregatedApis, 'find'>;
  readonly paths: readonly PathHandler[];
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly auditor: Auditor | undefined;
  readonly fairness: Fairness;
}

/** One request on its way, recognized: what it addresses and who really asks. */
interface Asked {
  readonly visit: Visit;
  readonly request: ApiRequest;
  readonly target: Target;
  readonly identity: Identity;
  readonly attributes: Attributes;
  readonly aggregated: AggregatedApi | undefined;
  /** Finds out again who asks, for streams that stay open. */
  readonly identify: () => Identity;
}

/** The way of a request through the server: who asks, what for, may they, and then the answer. */
export class Api {
  readonly #log: RequestLog;

  constructor(readonly parts: ApiParts) {
    this.#log = new RequestLog(parts.log, parts.clock);
  }

  async handle(request: ApiRequest, sender?: Identity): Promise<ApiResponse> {
    const { metrics, clock } = this.parts;
    const visit = new Visit(request, clock.now());
    const kind = request.method === 'GET' || request.method === 'HEAD' ? 'readOnly' : 'mutating';
    metrics.requests.arrived(kind);
    try {
      const response = await this.#answer(visit, sender);
      const headers = { ...NOT_KEPT, ...response.headers, ...visit.headers, [AUDIT_ID]: visit.auditId };
      return { status: response.status, headers, body: request.method === 'HEAD' ? NO_BODY : response.body };
    } finally {
      metrics.requests.left(kind);
    }
  }

  /** Serves a WebSocket handshake. Whatever is refused is told on the raw connection, which then ends. */
  async upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array, sender?: Identity): Promise<void> {
    const { clock, metrics } = this.parts;
    const visit = new Visit(request, clock.now());
    visit.longRunning = true;
    try {
      refuseForeignOrigin(request, sender);
      const asked = this.#ask(visit, sender);
      await visit.trail?.received();
      const { target, identity, identify, attributes, aggregated } = asked;
      if (target.type !== 'resource' || 'path' in attributes) throw notServed();
      if (aggregated?.upgrade === undefined) throw noUpgrade(target);
      this.#authorize(asked);
      // A connection that closed meanwhile does not say so again: nothing begins on it.
      if (socket.destroyed) return;
      const registration = this.#guard(identify, attributes, () => socket.destroy());
      visit.labels.verb = 'CONNECT';
      metrics.requests.longRunning(visit.labels, 1);
      socket.once('close', () => {
        registration[Symbol.dispose]();
        metrics.requests.longRunning(visit.labels, -1);
        void this.#told(visit, SWITCHED);
      });
      // Told before the stream begins: what it shows may be secret.
      await visit.trail?.started(SWITCHED.status);
      if (socket.destroyed) return;
      await aggregated.upgrade(withoutIdentity(request), identity, socket, head);
    } catch (error) {
      const refusal = this.#refusal(visit, error);
      refuseUpgrade(socket, await this.#told(visit, refusal, error));
    }
  }

  async #answer(visit: Visit, sender: Identity | undefined): Promise<ApiResponse> {
    try {
      const asked = this.#ask(visit, sender);
      // Nothing is awaited where there is nothing to wait for: most requests are answered within one turn of the loop.
      if (visit.trail !== undefined) await visit.trail.received();
      const response = await this.#serve(asked);
      if (visit.longRunning) return response;
      const told = await this.#told(visit, response);
      // Packed last: who keeps account reads the answer.
      const own = asked.target.type === 'resource' && asked.aggregated === undefined;
      return own ? await compressed(visit.request, told) : told;
    } catch (error) {
      return this.#told(visit, this.#refusal(visit, error), error);
    }
  }

  /** Finds out who asks for what. */
  #ask(visit: Visit, sender: Identity | undefined): Asked {
    const { rules } = this.parts;
    const { request } = visit;
    const described = this.#describe(visit);
    const authenticate = (): Identity => sender ?? this.#authenticate(request);
    visit.authenticated = authenticate();
    const identify = (): Identity => impersonated(request, authenticate(), rules);
    const identity = impersonated(request, visit.authenticated, rules);
    visit.identity = identity;
    this.#rule(visit);
    // Nobody learns what is served before we know who that is.
    if ('wrong' in described) throw described.wrong;
    return { visit, request, identity, identify, attributes: visit.attributes, ...described };
  }

  /** Finds out what a request is about; what is wrong with that is for the caller to tell, in its time. */
  #describe(visit: Visit): Pick<Asked, 'target' | 'aggregated'> | { readonly wrong: unknown } {
    const { request, path, query, labels } = visit;
    try {
      const target = parseTarget(path);
      visit.target = target;
      if (target.type === 'path') {
        labels.subresource = this.parts.routes.label(path);
        return { target, aggregated: undefined };
      }
      const found = this.#aggregated(target);
      const attributes = { ...attributesOf(request.method, target, query), ...found?.addressed };
      visit.attributes = attributes;
      visit.longRunning ||= attributes.verb === 'watch';
      this.#label(visit, target, attributes, found !== undefined);
      return { target, aggregated: found?.api };
    } catch (wrong) {
      return { wrong };
    }
  }

  #authenticate(request: ApiRequest): Identity {
    const { authenticator, metrics } = this.parts;
    try {
      const identity = authenticator.request(request);
      metrics.authentication(identity.name === ANONYMOUS ? 'failure' : 'success');
      return identity;
    } catch (error) {
      metrics.authentication('error');
      throw error;
    }
  }

  /** Asks the policy, once, what is to be told of a request. */
  #rule(visit: Visit): void {
    if (visit.ruled) return;
    visit.ruled = true;
    visit.trail = this.parts.auditor?.open(visit);
  }

  /** Only what there is has a label of its own: a caller who makes names up makes no metric grow. */
  #label(visit: Visit, target: ResourceTarget, attributes: ReturnType<typeof attributesOf>, aggregated: boolean): void {
    const { group, version, resource } = target;
    const { subresource, namespace, name, verb } = attributes;
    const served = this.parts.verbs.core.catalog.served(group, version, resource);
    if (!aggregated && served === undefined && reviewAt(target) === undefined) return;
    const known = subresource !== undefined && (aggregated || SUBRESOURCES.has(subresource));
    Object.assign(visit.labels, {
      verb: verbLabel(verb, visit.request),
      dryRun: dryRunLabel(visit.query),
      group,
      version,
      resource,
      subresource: known ? subresource : '',
      scope: scopeLabel(verb, namespace, name),
    } satisfies RequestLabels);
  }

  #authorize({ visit, identity, attributes }: Asked): void {
    const { rules, metrics } = this.parts;
    const { allowed, reason } = rules.decide(identity, attributes);
    metrics.authorization(allowed ? 'allowed' : 'denied');
    visit.trail?.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    visit.trail?.annotate('authorization.k8s.io/reason', reason);
    if (!allowed) throw refused(identity, attributes, reason);
  }

  async #serve(asked: Asked): Promise<ApiResponse> {
    const { visit, request, target, identity } = asked;
    const { paths, rules, routes, clock } = this.parts;
    if (target.type === 'resource') return this.#resource(asked, target);
    const handler = paths.find(({ prefix }) => under(prefix, visit.path));
    if (handler !== undefined) {
      if (identity.name === ANONYMOUS) throw unauthorized();
      await this.#seated(asked, nothing);
      return handler.handle(withoutIdentity(request), identity, (wanted) => rules.decide(identity, wanted));
    }
    const answer = async (): Promise<ApiResponse> => {
      this.#authorize(asked);
      return routes.handle(request, visit.path, visit.query);
    };
    return inTime(clock, requestTime(visit.query), this.#seated(asked, answer));
  }

  async #resource(asked: Asked, target: ResourceTarget): Promise<ApiResponse> {
    const { visit, request, identity, aggregated } = asked;
    if (aggregated !== undefined) {
      // What an aggregated group takes and gives may be images, or as long as a person looks at a screen: it has rules of its own
      // for time, and only its beginning waits for a seat.
      await this.#seated(asked, nothing);
      this.#authorize(asked);
      const serve = (whole: ApiRequest): Promise<ApiResponse> => aggregated.handle(withoutIdentity(whole), identity);
      return visit.longRunning ? this.#guarded(asked, serve) : serve(request);
    }
    if (visit.longRunning) return this.#seated(asked, () => this.#watch(asked, target));
    const { clock } = this.parts;
    return inTime(
      clock,
      requestTime(visit.query),
      this.#seated(asked, () => this.#object(asked, target)),
    );
  }

  /** Does `work` when the request's turn comes. @throws ApiError TooManyRequests. */
  #seated<T>({ visit, request, identity, attributes }: Asked, work: () => Promise<T>): Promise<T> {
    const { fairness } = this.parts;
    const place = fairness.classify(attributes, identity);
    visit.headers = place.headers;
    const seat = fairness.enter(place, request);
    // Nothing is awaited where a seat is free: most requests are answered within one turn of the loop.
    return seat instanceof Promise ? seat.then((free) => seatedWork(free, work)) : seatedWork(seat, work);
  }

  async #object(asked: Asked, target: ResourceTarget): Promise<ApiResponse> {
    const { visit, request, identity, attributes } = asked;
    this.#authorize(asked);
    const { rules, authenticator, verbs, clock } = this.parts;
    const { query, trail } = visit;
    const { verb } = attributes;
    const recorded = trail?.recording(request) ?? request;
    const annotate = trail && ((key: string, value: string): void => trail.annotate(key, value));
    const review = reviewAt(target);
    if (review !== undefined) {
      if (verb !== 'create') throw methodNotAllowed();
      const { namespace, name } = target;
      const objects = verbs.core.reader;
      const warnings: string[] = [];
      const asking = { core: verbs.core, target, identity, warnings, annotate };
      const admit = (document: KubeObject): Promise<KubeObject> => admittedQuestion(review, document, asking);
      const context = { rules, authenticator, objects, clock, identity, namespace, name, admit };
      return withWarnings(await serveReview(review, recorded, context), warnings);
    }
    return serveObjects(verbs, recorded, query, target, verb, identity, annotate);
  }

  async #watch(asked: Asked, target: ResourceTarget): Promise<ApiResponse> {
    const { visit, request, identity, attributes, identify } = asked;
    this.#authorize(asked);
    const { verbs, metrics } = this.parts;
    const open = new AbortController();
    const registration = this.#guard(identify, attributes, () => open.abort());
    const leave = (): void => open.abort();
    request.signal.addEventListener('abort', leave, { once: true });
    if (request.signal.aborted) leave();
    try {
      const watched = { ...request, signal: open.signal };
      const response = await serveObjects(verbs, watched, visit.query, target, 'watch', identity);
      metrics.requests.longRunning(visit.labels, 1);
      await visit.trail?.started(response.status);
      whenAborted(open.signal, () => {
        metrics.requests.longRunning(visit.labels, -1);
        void this.#told(visit, response);
      });
      if (response.body instanceof EventStream) response.body.onEnd(leave);
      else leave();
      return response;
    } catch (error) {
      leave();
      throw error;
    } finally {
      whenAborted(open.signal, () => {
        registration[Symbol.dispose]();
        request.signal.removeEventListener('abort', leave);
      });
    }
  }

  /** A watch that others serve: it ends when who opened it may not watch any more. */
  async #guarded(
    { visit, request, attributes, identify }: Asked,
    serve: (request: ApiRequest) => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const { metrics } = this.parts;
    const open = new AbortController();
    const leave = (): void => open.abort();
    const registration = this.#guard(identify, attributes, leave);
    request.signal.addEventListener('abort', leave, { once: true });
    whenAborted(open.signal, () => {
      registration[Symbol.dispose]();
      request.signal.removeEventListener('abort', leave);
    });
    try {
      const response = await serve({ ...request, signal: open.signal });
      metrics.requests.longRunning(visit.labels, 1);
      await visit.trail?.started(response.status);
      whenAborted(open.signal, () => {
        metrics.requests.longRunning(visit.labels, -1);
        void this.#told(visit, response);
      });
      return { ...response, body: finallyCall(response.body, leave) };
    } catch (error) {
      leave();
      throw error;
    }
  }

  #refusal(visit: Visit, error: unknown): ApiResponse {
    const { request, path, auditId } = visit;
    if (!(error instanceof ApiError))
      this.parts.log.error('a request met a mistake of ours', { auditId, method: request.method, path, error });
    return failure(error, auditId);
  }

  /** Says, to all who keep account, how a request was answered. The audit event is written when this resolves. */
  async #told(visit: Visit, response: ApiResponse, error?: unknown): Promise<ApiResponse> {
    const { metrics, clock } = this.parts;
    const { request, labels, auditId, path, longRunning } = visit;
    if (visit.told) return response;
    visit.told = true;
    // Who was not recognized came to no trail, and is told all the same.
    this.#rule(visit);
    const mistake = error !== undefined && !(error instanceof ApiError);
    await visit.trail?.complete(response, mistake ? 'Panic' : 'ResponseComplete');
    const ms = clock.now() - visit.started;
    const code = response.status;
    // As upstream, of what there is: else a caller's mistakes would hide among one another.
    if (labels.resource !== '' || labels.subresource !== '')
      metrics.requests.answered(labels, code, ms / 1000, longRunning ? undefined : lengthOf(response));
    if (code === 504 || code === 429) metrics.requests.terminated(labels, code);
    const { verb } = labels;
    const user = visit.identity?.name;
    const userAgent = header(request, 'user-agent');
    this.#log.tell({ auditId, verb, path, code, ms, user, userAgent, from: request.from }, longRunning);
    return response;
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
    const api = this.parts.aggregated.find(target.group, target.version);
    if (api === undefined) return undefined;
    const { resource, subresource } = target;
    const asked = subresource === undefined ? resource : `${resource}/${subresource}`;
    const declared = api.resources
      .filter(({ name }) => name === asked || (name.includes('/') && asked.startsWith(`${name}/`)))
      .sort((a, b) => b.name.length - a.name.length)[0];
    if (declared === undefined) {
      if (api.passesAll) return { api, addressed: {} };
      throw notServed();
    }
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

async function seatedWork<T>(seat: Seat, work: () => Promise<T>): Promise<T> {
  using _until = seat;
  return await work();
}

const nothing = async (): Promise<void> => {};

async function* finallyCall(body: ApiResponse['body'], done: () => void): AsyncGenerator<Uint8Array> {
  try {
    if (body instanceof Uint8Array) yield body;
    else yield* body;
  } finally {
    done();
  }
}

function whenAborted(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}

/** Bytes of an answer, when they are known before it is sent. */
function lengthOf({ headers, body }: ApiResponse): number | undefined {
  if (body instanceof Uint8Array) return body.length;
  const announced = headers['content-length'];
  return announced === undefined ? undefined : Number(announced);
}

function under(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
