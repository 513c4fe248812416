import type { ApiRequest } from '@drover/api';
import { requestTime } from '../request/deadline.js';
import { flag } from '../request/options.js';
import { parseTarget, verbOf } from '../request/target.js';

/** Subresources that say something for as long as the caller listens (kube-apiserver's long-running requests). */
const LONG_RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/**
 * How long, in milliseconds, an extension server may take until its answer has ended; for ever where nothing may be said for long, as
 * in a watch.
 *
 * @throws ApiError BadRequest when the request's own `timeout` is no duration.
 */
export function answerTime({ method, url }: ApiRequest): number | undefined {
  const [path = '', ...rest] = url.split('?');
  const query = new URLSearchParams(rest.join('?'));
  const target = parseTarget(path);
  const longRunning =
    target.type === 'resource' &&
    (verbOf(method, target, flag(query, 'watch')) === 'watch' || LONG_RUNNING.has(target.subresource ?? ''));
  return longRunning ? undefined : requestTime(query);
}
