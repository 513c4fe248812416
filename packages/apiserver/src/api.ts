import type { Duplex } from 'node:stream';
import {
  type ApiRequest,
  type ApiResponse,
  type KubeObject,
  methodNotAllowed,
  notServed,
  type PathHandler,
  unauthorized,
} from '@drover/api';
import { refused } from './auth/authorize.js';
import { GuardedStream } from './auth/guarded-stream.js';
import { ANONYMOUS, type Sender } from './auth/identity.js';
import type { OpenStreams } from './auth/open-streams.js';
import { withoutIdentity } from './auth/without-identity.js';
import type { Fairness } from './fairness/fairness.js';
import { orderAt, serveOrder } from './orders/orders.js';
import { Account, type AccountParts } from './request/account.js';
import { AUDIT_ID } from './request/audit-id.js';
import { inTime, requestTime } from './request/deadline.js';
import { Granted, transferred } from './request/guarded-transfer.js';
import { noUpgrade, refuseForeignOrigin, refuseUpgrade, SWITCHED } from './request/handshake.js';
import { representation } from './request/negotiation.js';
import { type Asked, Recognition, type RecognitionParts } from './request/recognition.js';
import { compressed, header, packed } from './request/response.js';
import type { ResourceTarget } from './request/target.js';
import { Visit } from './request/visit.js';
import { writeOptions } from './request/write-options.js';
import { admittedQuestion } from './reviews/admitted-question.js';
import { reviewAt, serveReview } from './reviews/reviews.js';
import { serveObjects } from './verbs/resource.js';
import { withWarnings } from './verbs/warning.js';

/** Nobody on the way may keep an answer that does not say how long it holds. */
const NOT_KEPT = 'no-cache, private';
const NO_BODY = new Uint8Array();

/** What the answer to a question is about. */
const QUESTION = { builtin: true, plural: false };

/** What the request pipeline stands on. */
export interface ApiParts extends RecognitionParts, AccountParts {
  readonly streams: OpenStreams;
  readonly paths: readonly PathHandler[];
  readonly fairness: Fairness;
}

/** The way of a request through the server: who asks, what for, whose turn is it, may they, and then the answer. */
export class Api {
  readonly #account: Account;
  readonly #recognition: Recognition;

  constructor(readonly parts: ApiParts) {
    this.#account = new Account(parts);
    this.#recognition = new Recognition(parts, this.#account);
  }

  /** Answers a request; what goes wrong is an answer, too. `sender` is who the connection's certificate says. */
  async handle(request: ApiRequest, sender?: Sender): Promise<ApiResponse> {
    const visit = new Visit(request, this.parts.clock.now());
    this.#account.arrived(request);
    try {
      const { status, headers, body } = await this.#answer(visit, sender);
      const answer = { status, headers: headersOf(visit, headers), body };
      return request.method === 'HEAD' ? headOf(answer) : answer;
    } finally {
      this.#account.left(request);
    }
  }

  /** Serves a WebSocket handshake. Whatever is refused is told on the raw connection, which then ends. */
  async upgrade(request: ApiRequest, socket: Duplex, head: Uint8Array, sender?: Sender): Promise<void> {
    const visit = new Visit(request, this.parts.clock.now());
    visit.longRunning = true;
    try {
      refuseForeignOrigin(request, sender);
      const asked = this.#recognition.recognize(visit, sender);
      await visit.trail?.received();
      const { target, identity, attributes, aggregated } = asked;
      if (target.type !== 'resource' || 'path' in attributes) throw notServed();
      this.#authorize(asked);
      if (asked.undeclared) throw notServed();
      if (aggregated?.upgrade === undefined) throw noUpgrade(target);
      // A connection that closed meanwhile does not say so again: nothing begins on it.
      if (socket.destroyed) return;
      const stream = this.#guard(asked);
      stream.onEnd(() => socket.destroy());
      socket.once('close', () => stream.end());
      visit.labels = { ...visit.labels, verb: 'CONNECT' };
      // Told before the stream begins: what it shows may be secret.
      await this.#account.began(visit, SWITCHED, stream);
      if (socket.destroyed) return;
      await aggregated.upgrade(withoutIdentity(request), identity, socket, head);
    } catch (error) {
      const refusal = this.#account.refusal(visit, error);
      refuseUpgrade(socket, await this.#account.answered(visit, refusal, error));
    }
  }

  async #answer(visit: Visit, sender: Sender | undefined): Promise<ApiResponse> {
    try {
      const asked = this.#recognition.recognize(visit, sender);
      // Nothing is awaited where there is nothing to wait for: most requests are answered within one turn of the loop.
      if (visit.trail !== undefined) await visit.trail.received();
      const response = await this.#serve(asked);
      if (visit.longRunning) return response;
      const told = await this.#account.answered(visit, response);
      // Packed last: who keeps account reads the answer.
      const own = asked.target.type === 'resource' && asked.aggregated === undefined;
      return own && packed(visit.request, told) ? await compressed(visit.request, told) : told;
    } catch (error) {
      return this.#account.answered(visit, this.#account.refusal(visit, error), error);
    }
  }

  async #serve(asked: Asked): Promise<ApiResponse> {
    const { visit, request, target, identity } = asked;
    const { paths, rules, routes, fairness } = this.parts;
    if (target.type === 'resource') return this.#resource(asked, target);
    const handler = paths.find(({ prefix }) => under(prefix, visit.path));
    if (handler !== undefined) {
      if (identity.name === ANONYMOUS) throw unauthorized();
      await fairness.seated(asked, nothing);
      const granted = new Granted((wanted) => rules.decide(identity, wanted));
      const serve = (whole: ApiRequest): Promise<ApiResponse> =>
        handler.handle(withoutIdentity(whole), identity, granted.authorize);
      if (handler.isLongRunning?.(request) !== true)
        return inTime(this.parts.clock, requestTime(visit.query), serve(request));
      const stillMay = (): boolean => {
        const who = asked.identify();
        return granted.holds((wanted) => rules.decide(who, wanted));
      };
      return transferred(request, new GuardedStream(this.parts.streams, stillMay), serve);
    }
    return this.#inTurnAndTime(asked, async () => {
      this.#authorize(asked);
      return routes.handle(request, visit.path, visit.query);
    });
  }

  async #resource(asked: Asked, target: ResourceTarget): Promise<ApiResponse> {
    const { visit, request, identity, aggregated } = asked;
    const { fairness, verbs } = this.parts;
    if (aggregated !== undefined) {
      // What an aggregated group takes and gives may be images, or as long as a person looks at a screen: it has rules of its own
      // for time, and only its beginning waits for a seat.
      await fairness.seated(asked, nothing);
      this.#authorize(asked);
      if (asked.undeclared) throw notServed();
      const serve = (whole: ApiRequest): Promise<ApiResponse> => aggregated.handle(withoutIdentity(whole), identity);
      return visit.longRunning ? this.#watch(asked, serve) : serve(request);
    }
    if (!visit.longRunning) return this.#inTurnAndTime(asked, () => this.#object(asked, target));
    return fairness.seated(asked, async () => {
      this.#authorize(asked);
      return this.#watch(asked, (watched) => serveObjects(verbs, watched, visit.query, target, 'watch', identity));
    });
  }

  /** What `work` comes to when the request's turn has come. Waiting for that takes of the request's time. */
  #inTurnAndTime(asked: Asked, work: () => Promise<ApiResponse>): Promise<ApiResponse> {
    const { clock, fairness } = this.parts;
    return inTime(clock, requestTime(asked.visit.query), fairness.seated(asked, work));
  }

  async #object(asked: Asked, target: ResourceTarget): Promise<ApiResponse> {
    const { visit, request, identity, attributes } = asked;
    this.#authorize(asked);
    const { rules, authenticator, verbs, clock } = this.parts;
    const { query, trail } = visit;
    const { verb } = attributes;
    const recorded = trail?.recording(request) ?? request;
    const annotate = trail && ((key: string, value: string): void => trail.annotate(key, value));
    const question = reviewAt(target) ?? orderAt(target);
    if (question === undefined) return serveObjects(verbs, recorded, query, target, verb, identity, annotate);
    if (verb !== 'create') throw methodNotAllowed();
    const { core } = verbs;
    const { namespace, name } = target;
    const warnings: string[] = [];
    const asking = { core, target, query, identity, warnings, annotate };
    const admit = (document: KubeObject): Promise<KubeObject> => admittedQuestion(question, document, asking);
    const form = representation(header(request, 'accept'), query, QUESTION);
    const common = { form, identity, namespace, name, admit };
    const answer =
      'perform' in question
        ? serveOrder(question, recorded, { ...common, core, dryRun: writeOptions(query, 'create').dryRun })
        : serveReview(question, recorded, { ...common, rules, authenticator, objects: core.reader, clock });
    return withWarnings(await answer, warnings);
  }

  /** A watch, whoever serves it: it ends when who opened it leaves, or may not watch any more. */
  async #watch(asked: Asked, serve: (request: ApiRequest) => Promise<ApiResponse>): Promise<ApiResponse> {
    const { visit, request } = asked;
    const stream = this.#guard(asked);
    stream.endWith(request.signal);
    try {
      const response = await serve({ ...request, signal: stream.signal });
      await this.#account.began(visit, response, stream);
      return { ...response, body: stream.carrying(response.body) };
    } catch (error) {
      stream.end();
      throw error;
    }
  }

  /** A stream for whoever asked, for as long as they would be let in. */
  #guard({ identify, attributes }: Asked): GuardedStream {
    const { streams, rules } = this.parts;
    return new GuardedStream(streams, () => rules.decide(identify(), attributes).allowed);
  }

  #authorize({ visit, identity, attributes }: Asked): void {
    const { rules, metrics } = this.parts;
    const { allowed, reason } = rules.decide(identity, attributes);
    metrics.authorization(allowed ? 'allowed' : 'denied');
    visit.trail?.annotate('authorization.k8s.io/decision', allowed ? 'allow' : 'forbid');
    visit.trail?.annotate('authorization.k8s.io/reason', reason);
    if (!allowed) throw refused(identity, attributes, reason);
  }
}

/** An answer's own headers, with what became of the request on its way. */
function headersOf({ auditId, headers: onTheWay }: Visit, own: ApiResponse['headers']): ApiResponse['headers'] {
  const headers: Record<string, string | readonly string[]> = { 'cache-control': NOT_KEPT, [AUDIT_ID]: auditId };
  for (const name in own) headers[name] = own[name] as string | readonly string[];
  for (const name in onTheWay) headers[name] = onTheWay[name] as string;
  return headers;
}

/** An answer without its body, which says how long that would be. */
function headOf({ status, headers, body }: ApiResponse): ApiResponse {
  const length = body instanceof Uint8Array ? { 'content-length': String(body.length) } : {};
  return { status, headers: { ...headers, ...length }, body: NO_BODY };
}

const nothing = async (): Promise<void> => {};

function under(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
