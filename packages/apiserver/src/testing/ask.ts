import { gunzipSync } from 'node:zlib';
import type { ApiResponse, Identity, KubeObject } from '@drover/api';
import type { ApiServer } from '../server.js';

/** Who tests act as unless they say otherwise. */
export const ADMIN: Identity = { name: 'admin', groups: ['system:masters', 'system:authenticated'], extra: {} };

/** An identity without any right of its own. */
export const someone = (name: string, ...groups: string[]): Identity => ({
  name,
  groups: [...groups, 'system:authenticated'],
  extra: {},
});

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: ApiResponse['headers'];
  // The shapes of answers are what the tests are about.
  readonly body: Loose;
  readonly text: string;
}

/** JSON as a test looks into it: whatever is not there shows as a failed expectation. */
export interface Loose {
  readonly [field: string]: Loose;
}

/** How a request differs from a plain one of the administrator. */
export interface AskOptions {
  readonly as?: Identity | 'headers';
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly signal?: AbortSignal;
}

/** Sends one request to a server in this process. A body that is no text is sent as JSON. */
export async function ask(
  server: ApiServer,
  method: string,
  url: string,
  body?: KubeObject | object | string,
  options: AskOptions = {},
): Promise<Answer> {
  const response = await send(server, method, url, body, options);
  const text = await textOf(response);
  const json = /json/.test(String(response.headers['content-type'])) && text !== '' ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, body: json, text };
}

/** A watch: its events one by one, as they come. Ends with the iterator. */
export async function* events(server: ApiServer, url: string, options: AskOptions = {}): AsyncGenerator<Loose> {
  const gone = new AbortController();
  try {
    const response = await send(server, 'GET', url, undefined, { ...options, signal: options.signal ?? gone.signal });
    if (response.body instanceof Uint8Array) throw new Error(`${response.status} ${await textOf(response)}`);
    let rest = '';
    for await (const chunk of response.body) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  } finally {
    gone.abort();
  }
}

/** The next event of a watch. */
export async function next(watch: AsyncGenerator<Loose>): Promise<Loose> {
  const { value, done } = await watch.next();
  if (done) throw new Error('the watch has ended');
  return value;
}

function send(
  server: ApiServer,
  method: string,
  url: string,
  body: object | string | undefined,
  { as = ADMIN, headers = {}, signal = new AbortController().signal }: AskOptions,
): Promise<ApiResponse> {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  async function* stream(): AsyncGenerator<Uint8Array> {
    if (bytes !== undefined) yield bytes;
  }
  const type = bytes === undefined ? {} : { 'content-type': 'application/json' };
  const request = { method, url, headers: { ...type, ...headers }, body: stream(), signal };
  return server.handle(request, as === 'headers' ? undefined : as);
}

async function textOf({ headers, body }: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (body instanceof Uint8Array) chunks.push(body);
  else for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
}
