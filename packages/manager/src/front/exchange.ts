import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestRecord } from '../audit/request-record.js';
import type { Caller } from '../identity/caller.js';

/** One request on its way through the front. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query as the client wrote them, on this server. */
  readonly url: URL;
  readonly requestId: string;
  /** The values of the route's `:names`; `rest` is what `*` stands for, still escaped, with its leading slash. */
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller | undefined;
  /** Aborts when the client has gone away. */
  readonly signal: AbortSignal;
  /** What is told of it in the audit; whoever streams an answer tells its status there before its head. */
  readonly record?: RequestRecord | undefined;
}

/** An exchange whose caller is known. */
export interface SignedIn extends Exchange {
  readonly caller: Caller;
}

/** What a handler answers; `streamed` when it has written the response itself. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly json: object;
    }
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string | readonly string[]>>;
      readonly text: string;
    }
  | 'streamed';

/** 200 with a JSON document. */
export const ok = (json: object): Answer => ({ status: 200, json });

/** Writes an answer; text is plain unless its headers say otherwise. */
export function write(response: ServerResponse, answer: Exclude<Answer, 'streamed'>): void {
  const [type, body] =
    'json' in answer ? ['application/json', JSON.stringify(answer.json)] : ['text/plain; charset=utf-8', answer.text];
  const bytes = Buffer.from(body, 'utf8');
  response.statusCode = answer.status;
  response.setHeader('content-type', type);
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    // Cookies are set by the front as well: one more must not replace the others.
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.setHeader('content-length', bytes.byteLength);
  // What has not been read of the request is not waited for.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}
