import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request as send } from 'node:https';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AggregatedApi, ApiError, type ApiRequest, type ApiResponse, type Identity } from '@drover/api';
import type { Clock } from '@drover/kit';
import { text } from '../request/response.js';
import { answerTime } from './answer-time.js';
import type { ExtensionServer } from './extension-server.js';
import { answerFields, requestFields } from './proxied-headers.js';

/** What an APIService that names a Service has served: requests go to the extension server behind it, and are its to answer. */
export class RemoteApi implements AggregatedApi {
  readonly passesAll = true;
  /** What the extension server said it has, when it was last asked. */
  resources: AggregatedApi['resources'] = [];
  /** Whether it answered when it was last asked. */
  available = false;

  constructor(
    readonly group: string,
    readonly version: string,
    readonly server: ExtensionServer,
    readonly clock: Clock,
  ) {}

  async handle(request: ApiRequest, identity: Identity): Promise<ApiResponse> {
    return this.available ? this.forward(request, identity) : text(503, 'service unavailable\n');
  }

  /**
   * Has the extension server answer, whether or not it did before.
   *
   * @throws ApiError when it does not, does not begin to in time, or redirects. An answer that does not end in time is cut off.
   */
  async forward(request: ApiRequest, identity: Identity): Promise<ApiResponse> {
    const incoming = await this.#exchange(request, identity);
    const { statusCode: status = 502, headers } = incoming;
    if (isRedirect(status)) {
      incoming.destroy();
      throw redirected();
    }
    return { status, headers: answerFields(headers), body: bodyOf(incoming) };
  }

  async upgrade(request: ApiRequest, identity: Identity, socket: Duplex, head: Uint8Array): Promise<void> {
    if (!this.available) throw new ApiError('ServiceUnavailable', 'service unavailable');
    const { connection = 'Upgrade', upgrade = '' } = request.headers;
    const headers = { ...requestFields(request, identity), connection, upgrade, host: this.server.host };
    const outgoing = send({ ...this.#options(request), headers: mutable(headers) });
    await new Promise<void>((resolve, reject) => {
      socket.once('close', () => outgoing.destroy());
      outgoing.once('error', (error) => reject(unreachable(error)));
      outgoing.once('upgrade', (answer, remote, first: Buffer) => {
        socket.write(switching(answer));
        if (first.length > 0) socket.write(first);
        if (head.length > 0) remote.write(head);
        join(socket, remote);
        resolve();
      });
      outgoing.once('response', (answer) => {
        // Whoever was refused gets no connection on which we are known (CVE-2018-1002105).
        outgoing.destroy();
        const status = answer.statusCode ?? 502;
        reject(isRedirect(status) ? redirected() : refusedUpgrade(status));
      });
      outgoing.end();
    });
  }

  #options({ method, url }: ApiRequest): RequestOptions {
    return { ...this.server.options(), method, path: url };
  }

  async #exchange(request: ApiRequest, identity: Identity): Promise<IncomingMessage> {
    const headers = { ...requestFields(request, identity), ...framing(request), host: this.server.host };
    const ms = answerTime(request);
    if (request.signal.aborted) throw givenUp();
    return new Promise((resolve, reject) => {
      const outgoing = send({ ...this.#options(request), headers: mutable(headers) });
      const end = (why: ApiError): void => {
        outgoing.destroy();
        reject(why);
      };
      const leave = (): void => end(givenUp());
      const timer = ms === undefined ? undefined : this.clock.after(ms, () => end(late()));
      request.signal.addEventListener('abort', leave, { once: true });
      outgoing.once('close', () => {
        timer?.[Symbol.dispose]();
        request.signal.removeEventListener('abort', leave);
      });
      outgoing.once('error', (error) => reject(unreachable(error)));
      // The time goes on: an answer that stalls on its way is cut off.
      outgoing.once('response', resolve);
      if (isBodiless(request)) outgoing.end();
      // A server may refuse before it has read the whole body: its answer is then what counts.
      else pipeline(Readable.from(request.body), outgoing).catch((error: unknown) => reject(unreachable(error)));
    });
  }
}

/** Requests whose body means nothing (RFC 9110, 9.3.1): none is passed on. */
const isBodiless = ({ method }: ApiRequest): boolean => method === 'GET' || method === 'HEAD';

/**
 * How the extension server knows where the body ends: anything else it would take for the next request, with an identity of the
 * caller's choice. Node frames none of a DELETE by itself.
 */
function framing(request: ApiRequest): Readonly<Record<string, string>> {
  if (isBodiless(request)) return {};
  const length = request.headers['content-length'];
  return typeof length === 'string' ? { 'content-length': length } : { 'transfer-encoding': 'chunked' };
}

async function* bodyOf(incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of incoming) yield chunk as Uint8Array;
}

function mutable(fields: Readonly<Record<string, string | readonly string[]>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}

function switching({ rawHeaders }: IncomingMessage): string {
  const lines = ['HTTP/1.1 101 Switching Protocols'];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Two connections become one: what one side sends the other gets, and when one goes the other does. */
function join(near: Duplex, far: Duplex): void {
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}

const isRedirect = (status: number): boolean => status >= 300 && status < 400 && status !== 304;

function redirected(): ApiError {
  const why = 'the backend attempted to redirect this request, which is not permitted';
  return new ApiError('Unknown', why, {}, { code: 502 });
}

function refusedUpgrade(status: number): ApiError {
  const code = status >= 400 ? status : 502;
  return new ApiError('Unknown', `the extension server refused the upgrade with status ${status}`, {}, { code });
}

const givenUp = (): ApiError => new ApiError('Timeout', 'the request was given up');
const late = (): ApiError => new ApiError('Timeout', 'Timeout: request did not complete within the allotted timeout');

function unreachable(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new ApiError('ServiceUnavailable', `error trying to reach service: ${why}`);
}
