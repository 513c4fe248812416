import type { JsonObject, Stored, User } from '@drover/api';
import { type RandomBytes, Secret } from '@drover/kit';
import { parseClusterId } from '../clusters/cluster-id.js';
import { readObject, requiredText, textField } from '../front/body.js';
import { CSRF_COOKIE, newCsrf } from '../front/csrf.js';
import { type Answer, type Exchange, ok } from '../front/exchange.js';
import { NormanError } from '../norman/norman-error.js';
import { readCookie, SESSION_COOKIE } from './credentials.js';
import { DEVICE_COOKIE } from './device-cookie.js';
import type { LastLogins } from './last-logins.js';
import type { SignIns } from './sign-in.js';
import { expiryOf } from './token-life.js';
import type { NewToken, Tokens } from './tokens.js';

/** The identity providers there are, as the sign-in page asks. */
const PROVIDERS = [{ id: 'local', type: 'localProvider', baseType: 'authProvider' }];

/** The sign-in endpoints, old and new. */
export class Login {
  constructor(
    private readonly parts: {
      readonly signIns: SignIns;
      readonly tokens: Tokens;
      readonly lastLogins: LastLogins;
      readonly random: RandomBytes;
    },
  ) {}

  async providers(): Promise<Answer> {
    return ok({ type: 'collection', resourceType: 'authProvider', data: PROVIDERS });
  }

  /** `POST /v1-public/login {type: localProvider, username, password, responseType?}` */
  async login(exchange: Exchange): Promise<Answer> {
    const body = await readObject(exchange.request);
    const type = requiredText(body, 'type');
    if (type !== 'localProvider') {
      throw new NormanError('InvalidBodyContent', `the provider type "${type}" is not implemented: use localProvider`, {
        fieldName: 'type',
      });
    }
    return this.#signIn(exchange, body);
  }

  /** `POST /v3-public/localProviders/local?action=login {username, password, responseType?}` */
  async legacyLogin(exchange: Exchange): Promise<Answer> {
    return this.#signIn(exchange, await readObject(exchange.request));
  }

  async #signIn(exchange: Exchange, body: JsonObject): Promise<Answer> {
    const username = requiredText(body, 'username');
    const password = new Secret(requiredText(body, 'password'));
    const description = textField(body, 'description') ?? '';
    if (this.parts.signIns.knows(username)) exchange.record?.attemptedBy(username);
    const { socket, headers } = exchange.request;
    const origin = { address: socket.remoteAddress ?? '', device: readCookie(headers.cookie, DEVICE_COOKIE) };
    const result = await this.parts.signIns.attempt(username, password, origin);
    switch (result.outcome) {
      case 'refused':
        throw new NormanError('Unauthorized', 'authentication failed');
      case 'disabled':
        throw new NormanError('PermissionDenied', 'the user is disabled');
      case 'wait': {
        const retryAfterSeconds = Math.ceil(result.waitMs / 1_000);
        throw new NormanError('TooManyRequests', `too many attempts: try again in ${retryAfterSeconds} s`, {
          retryAfterSeconds,
        });
      }
      case 'welcome':
        return this.#welcome(exchange, result.user, textField(body, 'responseType') ?? 'json', description);
    }
  }

  async #welcome(exchange: Exchange, user: Stored<User>, responseType: string, description: string): Promise<Answer> {
    this.parts.lastLogins.note(user);
    const { socket, headers } = exchange.request;
    const origin = { address: socket.remoteAddress ?? '', agent: headers['user-agent'] ?? '' };
    if (responseType === 'cookie')
      return this.#cookies(exchange, user, await this.parts.tokens.session(user, description, origin));
    if (responseType === 'json' || responseType === '')
      return tokenAnswer(await this.parts.tokens.session(user, description, origin));
    const [, kubeconfig, cluster] = /^(kubeconfig)(?:_(.+))?$/.exec(responseType) ?? [];
    if (kubeconfig !== undefined && (cluster === undefined || parseClusterId(cluster) !== undefined))
      return tokenAnswer(await this.parts.tokens.kubeconfig(user, { description, clusterName: cluster }));
    throw new NormanError('InvalidOption', `responseType "${responseType}" is not implemented`, {
      fieldName: 'responseType',
    });
  }

  #cookies({ request }: Exchange, user: Stored<User>, { bearer }: NewToken): Answer {
    const cookies = [`${SESSION_COOKIE}=${bearer.reveal()}; Path=/; Secure; HttpOnly; SameSite=Lax`];
    if (readCookie(request.headers.cookie, CSRF_COOKIE) === undefined) {
      cookies.push(`${CSRF_COOKIE}=${newCsrf(this.parts.random)}; Path=/; Secure; SameSite=Lax`);
    }
    const { devices } = this.parts.signIns;
    const device = devices.read(user.metadata.name, readCookie(request.headers.cookie, DEVICE_COOKIE));
    if (device === undefined) cookies.push(devices.setCookie(user.metadata.name));
    return { status: 200, headers: { 'set-cookie': cookies }, text: '' };
  }
}

function tokenAnswer({ token, bearer }: NewToken): Answer {
  const expiry = expiryOf(token);
  return {
    status: 201,
    json: {
      token: bearer.reveal(),
      expiresAt: expiry === undefined ? '' : new Date(expiry).toISOString(),
      id: token.metadata.name,
      baseType: 'token',
      type: 'token',
    },
  };
}

/** Header fields that end a browser's session on its side. */
export const CLEARED_COOKIES: readonly string[] = [
  `${SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`,
  `${CSRF_COOKIE}=; Path=/; Secure; SameSite=Lax; Max-Age=0`,
];
