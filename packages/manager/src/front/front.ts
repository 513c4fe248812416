import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError, toStatus } from '@drover/api';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import type { Audit } from '../audit/audit.js';
import type { RequestRecord } from '../audit/request-record.js';
import { authenticate } from '../identity/authenticate.js';
import { type Caller, mustChangePassword, outOfScope, scopeOf } from '../identity/caller.js';
import { type Credentials, readCookie, readCredentials } from '../identity/credentials.js';
import type { Directory } from '../identity/directory.js';
import type { ForeignCallers } from '../identity/foreign-callers.js';
import type { TokenLife } from '../identity/token-life.js';
import type { Tokens } from '../identity/tokens.js';
import { asApiError, NormanError, normanDocument } from '../norman/norman-error.js';
import { CSRF_COOKIE, CSRF_HEADER, isOwnOrigin, newCsrf, provesOwnPage } from './csrf.js';
import { type Answer, type Exchange, write } from './exchange.js';
import { changes } from './method.js';
import type { Metrics } from './metrics.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { type Logged, logRequest, toldPath } from './request-log.js';
import { findRoute, matchPath, type Route, type UpgradeRoute, type Words } from './route.js';
import { secure } from './security-headers.js';

/** What a front is made of. */
export interface FrontParts {
  readonly routes: readonly Route[];
  readonly upgrades: readonly UpgradeRoute[];
  readonly directory: Directory;
  readonly life: TokenLife;
  readonly foreign: ForeignCallers;
  readonly tokens: Tokens;
  readonly metrics: Metrics;
  /** Absent, nothing is audited. */
  readonly audit?: Audit | undefined;
  /** The origin browsers see when a reverse proxy changes the Host header: that of the setting `server-url`. */
  readonly origin: () => string;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}

/** Said to whoever has not chosen its password yet; the console and scripts look for nothing else. */
export const CHANGE_PASSWORD =
  'the password was chosen by the server and must be changed before anything else: POST /v3/users?action=changepassword';

/** One request, before it is known who asks. */
interface Context {
  readonly url: URL;
  readonly requestId: string;
  readonly found: ReturnType<typeof findRoute>;
  readonly logged: Logged;
  readonly record: RequestRecord | undefined;
}

/** The way of every request: secure the answer, find the route, find the caller, check the access, handle, tell. */
export class Front {
  constructor(private readonly parts: FrontParts) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    const requestId = Buffer.from(this.parts.random(8)).toString('hex');
    response.setHeader('x-request-id', requestId);
    const url = urlOf(request);
    const action = url.searchParams.get('action');
    const found = findRoute(this.parts.routes, { method: request.method ?? 'GET', pathname: url.pathname, action });
    const words: Words = typeof found === 'string' ? 'norman' : found.route.words;
    const logged = logRequest(request, response, { ...this.parts, requestId, words });
    const { method = '' } = request;
    const path = toldPath(url.pathname);
    const isOpen = typeof found !== 'string' && found.route.access === 'open' && !changes(method);
    const record = isOpen ? undefined : this.parts.audit?.begin(request, { id: requestId, path, url, method });
    secure(response, url.pathname.startsWith('/dashboard') ? 'page' : 'api');
    const context = { url, requestId, found, logged, record };
    this.#answerAndTell(request, response, context)
      .catch((error: unknown) => this.#refuse(response, words, error, record))
      .catch((error: unknown) => {
        this.parts.log.error('a refusal could not be given', { error, requestId });
        response.destroy();
      });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A peer that resets its half-open handshake must not end the process.
    socket.on('error', () => socket.destroy());
    const requestId = Buffer.from(this.parts.random(8)).toString('hex');
    const url = urlOf(request);
    const facts = { id: requestId, path: toldPath(url.pathname), url, method: 'UPGRADE' };
    const isOpen = this.parts.upgrades.some(({ access, path }) => access === 'open' && matchPath(path, url.pathname));
    const record = isOpen ? undefined : this.parts.audit?.begin(request, facts);
    this.#upgrade(request, socket, head, { url, requestId, record })
      .catch(async (error: unknown) => {
        if (!isRefusal(error)) this.parts.log.error('an upgrade failed', { error, requestId });
        const status = toStatus(error instanceof NormanError ? asApiError(error) : error);
        await record?.answered(status.code, { reason: status.message });
        refuseUpgrade(socket, status);
      })
      .catch((error: unknown) => {
        this.parts.log.error('a refusal could not be given', { error, requestId });
        socket.destroy();
      });
  }

  async #answerAndTell(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
    const answer = await this.#answer(request, response, context);
    if (answer === 'streamed') return;
    await context.record?.answered(answer.status, 'json' in answer ? { response: answer.json } : {});
    write(response, answer);
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    { url, requestId, found, logged, record }: Context,
  ): Promise<Answer> {
    const { caller, credentials } = await this.#whoIs(
      request,
      typeof found !== 'string' && found.route.access === 'open',
    );
    logged.user = caller?.user.metadata.name;
    record?.by(caller);
    if (credentials.form === 'foreign' && record !== undefined)
      record.byForeign(await this.parts.foreign.nameOf(request.headers.authorization ?? ''));
    response.setHeader('x-api-cattle-auth', String(caller !== undefined));
    this.#offerCsrf(request, response);
    if (typeof found === 'string') {
      if (caller === undefined && found !== 'no path') throw new NormanError('Unauthorized', 'must authenticate');
      throw unknownRoute(found, request.method ?? '', url);
    }
    this.#demandOwnPage(request, caller);
    const exchange: Exchange = {
      request,
      response,
      url,
      requestId,
      params: found.params,
      caller,
      signal: signalOf(response),
      record,
    };
    return this.#run(found.route, exchange, credentials);
  }

  async #run(route: Route, exchange: Exchange, credentials: Credentials): Promise<Answer> {
    const { caller } = exchange;
    if (route.access === 'open') return route.handle(exchange);
    const tell = async (): Promise<void> => {
      if (changes(exchange.request.method ?? '')) await exchange.record?.received();
    };
    if (route.access === 'kubernetes' && credentials.form === 'foreign') {
      await tell();
      return route.handle(exchange);
    }
    if (caller === undefined) throw new NormanError('Unauthorized', 'must authenticate');
    if (route.access !== 'signed-in' && mustChangePassword(caller))
      throw new NormanError('PermissionDenied', CHANGE_PASSWORD);
    const scope = scopeOf(caller);
    if (scope !== undefined && route.access !== 'kubernetes')
      throw new NormanError('PermissionDenied', outOfScope(scope));
    this.parts.tokens.used(caller);
    await tell();
    return route.handle({ ...exchange, caller });
  }

  async #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { url, requestId, record }: Pick<Context, 'url' | 'requestId' | 'record'>,
  ): Promise<void> {
    for (const route of this.parts.upgrades) {
      const params = matchPath(route.path, url.pathname);
      if (params === undefined) continue;
      const gone = new AbortController();
      socket.once('close', () => gone.abort());
      const exchange = { request, url, requestId, params, caller: undefined, signal: gone.signal, record };
      if (route.access === 'open') {
        await route.upgrade(exchange, socket, head);
        return;
      }
      const { caller } = await this.#whoIs(request, false);
      record?.by(caller);
      if (caller === undefined) throw new NormanError('Unauthorized', 'must authenticate');
      if (caller.via === 'cookie' && !this.#fromOwnPage(request)) {
        throw new NormanError(
          'PermissionDenied',
          'a WebSocket with the cookie of a session must come from our own page',
        );
      }
      if (mustChangePassword(caller)) throw new NormanError('PermissionDenied', CHANGE_PASSWORD);
      const scope = scopeOf(caller);
      if (scope !== undefined && route.access !== 'kubernetes')
        throw new NormanError('PermissionDenied', outOfScope(scope));
      this.parts.tokens.used(caller);
      await record?.received();
      await route.upgrade({ ...exchange, caller }, socket, head);
      return;
    }
    throw new NormanError('NotFound', `nothing upgrades at ${toldPath(url.pathname)}`);
  }

  async #whoIs(
    request: IncomingMessage,
    open: boolean,
  ): Promise<{ readonly caller: Caller | undefined; readonly credentials: Credentials }> {
    const { authorization, cookie, host = '' } = request.headers;
    const credentials = readCredentials({
      ...(authorization === undefined ? {} : { authorization }),
      ...(cookie === undefined ? {} : { cookie }),
    });
    if (credentials.form !== 'token') return { caller: undefined, credentials };
    const caller = await authenticate(credentials, host, this.parts).catch((error: unknown) => {
      // What anybody may see must not depend on the store being there.
      if (open) return undefined;
      throw error;
    });
    return { caller, credentials };
  }

  #offerCsrf(request: IncomingMessage, response: ServerResponse): void {
    const browser = request.headers['user-agent']?.includes('Mozilla') === true;
    if (!browser || readCookie(request.headers.cookie, CSRF_COOKIE) !== undefined) return;
    response.appendHeader('set-cookie', `${CSRF_COOKIE}=${newCsrf(this.parts.random)}; Path=/; Secure; SameSite=Lax`);
  }

  #demandOwnPage(request: IncomingMessage, caller: Caller | undefined): void {
    const { method = 'GET', headers } = request;
    if (method !== 'GET' && method !== 'HEAD' && headers.origin !== undefined && caller?.via !== 'bearer') {
      if (!this.#fromOwnPage(request)) throw new NormanError('PermissionDenied', 'the request comes from another site');
    }
    if (caller?.via !== 'cookie') return;
    const header = headers[CSRF_HEADER];
    if (
      !provesOwnPage(method, readCookie(headers.cookie, CSRF_COOKIE), typeof header === 'string' ? header : undefined)
    ) {
      throw new NormanError('InvalidCSRFToken', 'the header X-API-CSRF must carry the value of the cookie CSRF');
    }
  }

  #fromOwnPage({ headers }: IncomingMessage): boolean {
    return isOwnOrigin(headers.origin, headers.host) || headers.origin === this.parts.origin();
  }

  async #refuse(
    response: ServerResponse,
    words: Words,
    error: unknown,
    record: RequestRecord | undefined,
  ): Promise<void> {
    const requestId = response.getHeader('x-request-id');
    if (!isRefusal(error)) this.parts.log.error('a request failed', { error, requestId });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { retryAfterSeconds } = isRefusal(error) ? error.details : {};
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
    const answer = refusal(words, error);
    // A refusal is given also where it cannot be told: nothing was done.
    await record?.answered(answer.status, isRefusal(error) ? { reason: error.message } : {});
    write(response, answer);
  }
}

function refusal(words: Words, error: unknown): Exclude<Answer, 'streamed'> {
  switch (words) {
    case 'norman': {
      const { status, document } = normanDocument(error);
      return { status, json: document };
    }
    case 'kubernetes': {
      const status = toStatus(error instanceof NormanError ? asApiError(error) : error);
      return { status: status.code, json: status };
    }
    case 'text': {
      const { status } = normanDocument(error);
      return { status, text: isRefusal(error) ? error.message : 'the server could not complete the request' };
    }
  }
}

const isRefusal = (error: unknown): error is NormanError | ApiError =>
  error instanceof NormanError || (error instanceof ApiError && error.reason !== 'InternalError');

function unknownRoute(why: 'no path' | 'no action' | 'no method', method: string, url: URL): NormanError {
  switch (why) {
    case 'no path':
      return new NormanError('NotFound', `${toldPath(url.pathname)} is not served`);
    case 'no action':
      return new NormanError(
        'ActionNotAvailable',
        `${toldPath(url.pathname)} has no action "${url.searchParams.get('action') ?? ''}"`,
      );
    case 'no method':
      return new NormanError('MethodNotAllow', `${toldPath(url.pathname)} cannot be asked with ${method}`);
  }
}

/**
 * The request's address on this server. Dots are resolved here, before anything is decided by the path; a request line with a
 * foreign authority is read as a path.
 */
function urlOf({ url = '/', headers }: IncomingMessage): URL {
  const path = `/${url.replace(/^https?:\/\/[^/]*/i, '').replace(/^[/\\]+/, '')}`;
  const host = headers.host ?? 'localhost';
  const base = URL.canParse(`https://${host}`) ? `https://${host}` : 'https://localhost';
  return new URL(base + path);
}

function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the client has gone away')));
  return gone.signal;
}
