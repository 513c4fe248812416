import { ApiError, badRequest } from '@drover/api';
import type { Clock } from '@drover/kit';

/** Time for a request that is no watch, upgrade or transfer (kube-apiserver's `--request-timeout`). */
export const REQUEST_MS = 60_000;

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * How long a request may take in milliseconds: what its query parameter `timeout` says, at most `longest`. None, and none or less,
 * stand for `longest`.
 *
 * @throws ApiError BadRequest when it is no duration in Go's form.
 */
export function requestTime(query: URLSearchParams, longest: number = REQUEST_MS): number {
  const text = query.get('timeout') ?? '';
  if (text === '') return longest;
  const ms = goDuration(text);
  if (ms === undefined) {
    throw badRequest(
      `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text.slice(0, 64))}`,
    );
  }
  return ms > 0 ? Math.min(ms, longest) : longest;
}

function goDuration(text: string): number | undefined {
  if (text.length > 64) return undefined;
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^[-+]/, '');
  if (plain === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(plain)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of plain.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (UNITS[unit as string] as number);
  }
  return sign * ms;
}

/**
 * What `work` comes to, unless that takes longer than `ms`. The work itself goes on: a write that was on its way may still happen,
 * as with any API server.
 *
 * @throws ApiError Timeout.
 */
export function inTime<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(deadlineExceeded()));
    work.then(
      (value) => {
        timer[Symbol.dispose]();
        resolve(value);
      },
      (error: unknown) => {
        timer[Symbol.dispose]();
        reject(error);
      },
    );
  });
}

function deadlineExceeded(): ApiError {
  return new ApiError(
    'Timeout',
    'Timeout: request did not complete within requested timeout - context deadline exceeded',
  );
}
