import { ApiError, type ApiRequest, type ApiResponse } from '@drover/api';
import type { Clock, Log } from '@drover/kit';
import type { Auditor } from '../audit/auditor.js';
import type { GuardedStream } from '../auth/guarded-stream.js';
import type { Metrics } from '../metrics/metrics.js';
import { requestKind } from '../metrics/request-labels.js';
import { RequestLog } from './request-log.js';
import { failure, header } from './response.js';
import type { Visit } from './visit.js';

/** Who keeps account. */
export interface AccountParts {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly auditor: Auditor | undefined;
  readonly clock: Clock;
}

/** Keeps account of requests: what came of each is told to the log, the metrics and the audit trail, once. */
export class Account {
  readonly #log: RequestLog;

  constructor(readonly parts: AccountParts) {
    this.#log = new RequestLog(parts.log, parts.clock);
  }

  /** Counts a request among those in flight, until it has `left`. */
  arrived({ method }: ApiRequest): void {
    this.parts.metrics.requests.arrived(requestKind(method));
  }

  /** A request that arrived has its answer. */
  left({ method }: ApiRequest): void {
    this.parts.metrics.requests.left(requestKind(method));
  }

  /** Asks the audit policy, once, what is to be told of a request. */
  open(visit: Visit): void {
    if (visit.ruled) return;
    visit.ruled = true;
    visit.trail = this.parts.auditor?.open(visit);
  }

  /** Says that a stream begins, and once it ends, that it was answered so. The audit event is written when this resolves. */
  async began(visit: Visit, response: ApiResponse, stream: GuardedStream): Promise<void> {
    const { requests } = this.parts.metrics;
    requests.longRunning(visit.labels, 1);
    await visit.trail?.started(response.status);
    stream.onEnd(() => {
      requests.longRunning(visit.labels, -1);
      void this.answered(visit, response);
    });
  }

  /** The answer to what went wrong. What is no refusal is a mistake of ours, which the log alone is told whole. */
  refusal({ request, path, auditId }: Visit, error: unknown): ApiResponse {
    if (!(error instanceof ApiError))
      this.parts.log.error('a request met a mistake of ours', { auditId, method: request.method, path, error });
    return failure(error, request, auditId);
  }

  /** Says how a request was answered, and why, if by an error. The audit event is written when this resolves, to the answer. */
  async answered(visit: Visit, response: ApiResponse, error?: unknown): Promise<ApiResponse> {
    if (visit.told) return response;
    visit.told = true;
    // Who was not recognized came to no trail, and is told all the same.
    this.open(visit);
    const mistake = error !== undefined && !(error instanceof ApiError);
    await visit.trail?.complete(response, mistake ? 'Panic' : 'ResponseComplete');
    const ms = this.parts.clock.now() - visit.started;
    this.#count(visit, response, ms);
    const { request, auditId, path, labels, longRunning } = visit;
    const { verb } = labels;
    const user = visit.identity?.name;
    const userAgent = header(request, 'user-agent');
    this.#log.tell(
      { auditId, verb, path, code: response.status, ms, user, userAgent, from: request.from },
      longRunning,
    );
    return response;
  }

  #count({ labels, longRunning, waitedMs }: Visit, response: ApiResponse, ms: number): void {
    const { requests } = this.parts.metrics;
    const code = response.status;
    // As upstream, of what there is: else a caller's mistakes would hide among one another.
    if (labels.resource !== '' || labels.subresource !== '')
      requests.answered(labels, code, ms, waitedMs, longRunning ? undefined : lengthOf(response));
    if (code === 504 || code === 429) requests.terminated(labels, code);
  }
}

/** Bytes of an answer, when they are known before it is sent. */
function lengthOf({ headers, body }: ApiResponse): number | undefined {
  if (body instanceof Uint8Array) return body.length;
  const announced = headers['content-length'];
  return announced === undefined ? undefined : Number(announced);
}
