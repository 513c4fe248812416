import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Log } from '@drover/kit';
import { readCredentials } from '../identity/credentials.js';
import type { Metrics } from './metrics.js';
import { matchPath, type Words } from './route.js';

/** What becomes known of a request on its way, for its line. */
export interface Logged {
  user: string | undefined;
}

/** Paths that carry a secret, whatever is asked of them: only the pattern is told. */
const SECRET_PATHS = ['/v3/import/*'];

/** The path of a request as it may be told. */
export const toldPath = (pathname: string): string =>
  SECRET_PATHS.find((pattern) => matchPath(pattern, pathname) !== undefined) ?? pathname;

/**
 * One line for each answered request, when the answer is out: who asked what, and what they got. Queries, headers and bodies
 * are not told: they may hold secrets. Reads are told only to whoever listens at level debug.
 */
export function logRequest(
  request: IncomingMessage,
  response: ServerResponse,
  facts: {
    readonly requestId: string;
    readonly words: Words;
    readonly metrics: Metrics;
    readonly clock: Clock;
    readonly log: Log;
  },
): Logged {
  const logged: Logged = { user: undefined };
  const { requestId, words, metrics, clock, log } = facts;
  const started = clock.now();
  // A socket that has been closed no longer knows whose it was.
  const from = request.socket.remoteAddress;
  const { authorization, cookie } = request.headers;
  const credentials = readCredentials({
    ...(authorization === undefined ? {} : { authorization }),
    ...(cookie === undefined ? {} : { cookie }),
  });
  response.once('close', () => {
    const status = response.statusCode;
    metrics.answered(words, status);
    const method = request.method ?? '';
    const tell = method === 'GET' || method === 'HEAD' ? log.debug : log.info;
    tell('request', {
      requestId,
      method,
      path: toldPath(request.url?.split('?', 1)[0] ?? ''),
      status,
      ms: clock.now() - started,
      ...(logged.user === undefined ? {} : { user: logged.user }),
      // The name a token claims; whether it held shows by the user.
      ...(credentials.form === 'token' ? { token: credentials.name } : {}),
      from,
    });
  });
  return logged;
}
