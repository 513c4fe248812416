import { Agent, type RequestOptions, request } from 'node:https';
import { decodeJson, type Json } from '@drover/api';
import type { Clock } from '@drover/kit';
import { CallFailed, noAnswer, refusedAnswer } from './call-failure.js';
import type { ClientConfig } from './client-config.js';
import { destination, urlOf } from './destination.js';
import type { ServiceAddresses } from './service-addresses.js';

/** Connections to one webhook; further calls wait for one, within their own time. */
const CONNECTIONS = 64;
/** Connections to all webhooks together. */
const ALL_CONNECTIONS = 512;
/** Idle connections kept for each webhook. */
const IDLE_CONNECTIONS = 8;
/** Idle connections close before a server that closes them after 5 s does, so that no call meets a closing one. */
const IDLE_MS = 4_000;

/** How a call is bounded. */
export interface CallBounds {
  readonly timeoutSeconds: number;
  /** Bytes an answer may have. */
  readonly answerBytes: number;
}

/**
 * Calls webhooks over HTTPS: one way for all of them. The certificate is always verified. Redirects are not followed: they
 * would lead the call, and what it carries, to a place that no administrator named. Connections are kept, within bounds, and
 * closed when this is disposed.
 */
export class WebhookCaller implements Disposable {
  readonly #agent = new Agent({
    keepAlive: true,
    maxSockets: CONNECTIONS,
    maxTotalSockets: ALL_CONNECTIONS,
    maxFreeSockets: IDLE_CONNECTIONS,
    scheduling: 'lifo',
    timeout: IDLE_MS,
  });

  constructor(
    readonly addresses: ServiceAddresses,
    readonly clock: Clock,
  ) {}

  /** POSTs a document and reads the one that answers it. @throws CallFailed. */
  async post(config: ClientConfig, document: object, bounds: CallBounds): Promise<Json> {
    const url = `${urlOf(config)}?timeout=${bounds.timeoutSeconds}s`;
    const body = Buffer.from(JSON.stringify(document));
    const late = new AbortController();
    using _timer = this.clock.after(bounds.timeoutSeconds * 1000, () =>
      late.abort(new CallFailed('context deadline exceeded')),
    );
    let answer: Answer;
    try {
      const { path, headers, ...to } = destination(config, this.addresses);
      const options: RequestOptions = {
        ...to,
        agent: this.#agent,
        method: 'POST',
        path: `${path}?timeout=${bounds.timeoutSeconds}s`,
        headers: {
          ...headers,
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': body.length,
        },
      };
      answer = await exchange(options, body, bounds.answerBytes, late.signal);
    } catch (error) {
      throw noAnswer(url, late.signal.aborted ? late.signal.reason : error);
    }
    if (answer.code < 200 || answer.code > 299) throw refusedAnswer(answer.code, answer.body.toString());
    try {
      return decodeJson(answer.body);
    } catch (error) {
      throw new CallFailed(
        `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

interface Answer {
  readonly code: number;
  readonly body: Buffer;
}

function exchange(options: RequestOptions, body: Buffer, limit: number, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > limit) outgoing.destroy(new CallFailed(`the answer has more than ${limit} bytes`));
        else chunks.push(chunk);
      });
      incoming.once('error', reject);
      incoming.once('end', () => resolve({ code: incoming.statusCode ?? 0, body: Buffer.concat(chunks, size) }));
    });
    // A call that still waits for a connection says nothing until it has one: whoever gave up does not wait for that.
    const give = (): void => {
      outgoing.destroy();
      reject(signal.reason);
    };
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
