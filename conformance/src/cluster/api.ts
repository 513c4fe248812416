import type { Json } from '@drover/api';
import { type ClusterAccess, httpsTransport, loadKubeconfig, type TransportResponse } from '@drover/client';
import type { IssuedCertificate } from '@drover/client/testing';
import { Secret } from '@drover/kit';
import { Answer } from './answer.js';
import { Watch, WatchRefused } from './watch.js';

/** Query parameters; one that is given several times has a list. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

/** What a request carries beside its method and path. */
export interface RequestOptions {
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as it is when it is bytes or a text, else as JSON. */
  readonly body?: Json | Uint8Array;
  /** Content type of the body; JSON by default. */
  readonly type?: string;
}

/** Content types of the four patches. */
export const PATCH = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** How long a watch may wait for what it is to see: a promise that is not kept ends as a failure with a name, not as a hang. */
const WATCH_MS = 30_000;

/** A Kubernetes API as bytes on the wire, as one user. Disposing the one that was opened closes the connections of all. */
export class Api implements AsyncDisposable {
  readonly #access: ClusterAccess;
  readonly #transport: ReturnType<typeof httpsTransport>;
  readonly #headers: Readonly<Record<string, string | readonly string[]>>;

  constructor(
    access: ClusterAccess,
    transport = httpsTransport(access),
    headers: Readonly<Record<string, string | readonly string[]>> = {},
  ) {
    this.#access = access;
    this.#transport = transport;
    this.#headers = headers;
  }

  /** The API of a kubeconfig's current context, or of another one. */
  static async open(kubeconfig: string, context?: string): Promise<Api> {
    return new Api(await loadKubeconfig(kubeconfig, context === undefined ? {} : { context }));
  }

  /** `https://host:port`. */
  get server(): string {
    return this.#access.server;
  }

  /** PEM of the authority that the server's certificate is verified against. */
  get ca(): string | undefined {
    return this.#access.ca;
  }

  /** The same API with these headers on each request: impersonation, or an `Accept` of its own. */
  with(headers: Readonly<Record<string, string | readonly string[]>>): Api {
    return new Api(this.#access, this.#transport, { ...this.#headers, ...headers });
  }

  /** The same API as another user, impersonated. */
  as(user: string, ...groups: readonly string[]): Api {
    return this.with({ 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': groups }) });
  }

  /** The same server for the holder of a token, or for nobody in particular. Disposed by whoever asked for it. */
  withToken(token: string | undefined): Api {
    const { server, ca, tlsServerName } = this.#access;
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    return new Api({ server, ca, tlsServerName }, undefined, headers);
  }

  /** The same server for the owner of a client certificate, and of a token if there is one. Disposed by whoever asked for it. */
  withCertificate({ cert, key }: IssuedCertificate, token?: string): Api {
    const { server, ca, tlsServerName } = this.#access;
    const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
    return new Api({ server, ca, tlsServerName, cert, key: new Secret(key) }, undefined, headers);
  }

  get(path: string, query: Query = {}, headers: RequestOptions['headers'] = {}): Promise<Answer> {
    return this.request('GET', path, { query, headers });
  }

  post(path: string, body: Json | Uint8Array, options: Omit<RequestOptions, 'body'> = {}): Promise<Answer> {
    return this.request('POST', path, { ...options, body });
  }

  put(path: string, body: Json | Uint8Array, options: Omit<RequestOptions, 'body'> = {}): Promise<Answer> {
    return this.request('PUT', path, { ...options, body });
  }

  patch(type: keyof typeof PATCH, path: string, body: Json, query: Query = {}): Promise<Answer> {
    return this.request('PATCH', path, { query, body, type: PATCH[type] });
  }

  /** Server-side apply of a document as `manager`. */
  apply(path: string, manager: string, body: Json, query: Query = {}): Promise<Answer> {
    return this.patch('apply', path, body, { fieldManager: manager, ...query });
  }

  delete(path: string, options: Json = {}, query: Query = {}): Promise<Answer> {
    return this.request('DELETE', path, { query, body: options });
  }

  async request(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const response = await this.#send(method, path, options, AbortSignal.timeout(60_000));
    return read(response);
  }

  /** Watches a collection. @throws WatchRefused when it is not accepted. */
  async watch(path: string, query: Query = {}, headers: RequestOptions['headers'] = {}): Promise<Watch> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(WATCH_MS)]);
    const response = await this.#send('GET', path, { query: { watch: 'true', ...query }, headers }, signal);
    if (response.status !== 200) throw new WatchRefused(await read(response));
    return new Watch(response, stop);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }

  #send(
    method: string,
    path: string,
    { query = {}, headers = {}, body, type = 'application/json' }: RequestOptions,
    signal: AbortSignal,
  ): Promise<TransportResponse> {
    const bytes = body === undefined ? undefined : bytesOf(body);
    return this.#transport.send({
      method,
      path: path + queryOf(query),
      headers: {
        accept: 'application/json',
        ...(bytes === undefined ? {} : { 'content-type': type }),
        ...this.#headers,
        ...headers,
      },
      ...(bytes === undefined ? {} : { body: bytes }),
      signal,
    });
  }
}

async function read({ status, headers, body }: TransportResponse): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return new Answer(status, headers, Buffer.concat(chunks));
}

function bytesOf(body: Json | Uint8Array): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
}

function queryOf(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'string' ? [value] : value) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
