import type { IncomingMessage } from 'node:http';
import { ApiError, type Json, withoutSecrets } from '@drover/api';
import type { Clock } from '@drover/kit';
import { parsedBody } from '../front/body.js';
import { changes } from '../front/method.js';
import type { Caller } from '../identity/caller.js';
import { type AuditEvent, type AuditObject, outcomeOf } from './audit-event.js';
import type { AuditLevel } from './audit-log.js';
import { idParts, objectOf } from './audit-object.js';
import { isJson, RECORDED_BYTES, RecordedBody } from './recorded-body.js';

/** Query parameters whose values are told; of others only that they were there: some carry credentials. */
const TOLD_PARAMETERS = new Set([
  'action',
  'all',
  'container',
  'dryRun',
  'fieldManager',
  'fieldSelector',
  'follow',
  'force',
  'labelSelector',
  'limit',
  'propagationPolicy',
  'resourceVersion',
  'subresource',
  'tailLines',
  'timeoutSeconds',
  'watch',
]);
const LONGEST_TEXT = 512;

/** What a request that cannot be told of is refused with. */
export const UNWRITTEN = 'the audit log cannot be written, and what it cannot tell of is not done: make room for it';
const UNWRITTEN_OUTCOME =
  'it was done, but the audit log cannot be written any more, so its answer is not given: make room for it';

/** What all lines of a request have. */
type Base = Pick<AuditEvent, 'id' | 'from' | 'method' | 'path' | 'object' | 'query' | 'agent' | 'forwardedFor'>;

/** Writes a line of the log, and says whether it is there. */
export type WriteEvent = (event: AuditEvent, stranger: boolean) => Promise<boolean>;

/** What becomes known of one request on its way, told in lines: before it is done, and before its answer is seen. */
export class RequestRecord {
  #caller: Caller | undefined;
  #attempted: string | undefined;
  #foreign: string | undefined;
  #request: RecordedBody | undefined;
  readonly #started: number;
  readonly #base: Base;

  constructor(
    private readonly request: IncomingMessage,
    private readonly parts: {
      readonly id: string;
      /** The path as it may be told: some paths carry secrets. */
      readonly path: string;
      readonly url: URL;
      readonly method: string;
      readonly level: AuditLevel;
      readonly clock: Clock;
      readonly write: WriteEvent;
    },
  ) {
    const { id, path, url, method, clock } = parts;
    this.#started = clock.now();
    const agent = request.headers['user-agent']?.slice(0, LONGEST_TEXT);
    const forwarded = request.headers['x-forwarded-for'];
    const forwardedFor = typeof forwarded === 'string' ? forwarded.slice(0, LONGEST_TEXT) : undefined;
    const query = queryOf(url);
    this.#base = {
      id,
      // A socket that has been closed no longer knows whose it was.
      from: request.socket.remoteAddress ?? '',
      ...(forwardedFor === undefined ? {} : { forwardedFor }),
      method,
      path: path.slice(0, 4 * LONGEST_TEXT),
      object: objectOf(path),
      ...(query === undefined ? {} : { query }),
      ...(agent === undefined ? {} : { agent }),
    };
  }

  /** Notes who asks. */
  by(caller: Caller | undefined): void {
    this.#caller = caller;
  }

  /** Notes whom the Kubernetes API behind us takes the caller for. */
  byForeign(name: string | undefined): void {
    this.#foreign = name;
  }

  /** Notes as whom somebody tries to sign in; not for a name that nobody has, which may be a password in the wrong field. */
  attemptedBy(username: string): void {
    this.#attempted = username;
  }

  /**
   * Tells that something is about to be done. Asking what one may do, as pages do for each of their buttons, does nothing.
   *
   * @throws ApiError ServiceUnavailable when that cannot be written: then it must not be done.
   */
  async received(): Promise<void> {
    if (this.#base.object.group === 'authorization.k8s.io') return;
    if (!(await this.#write({ stage: 'received' }))) throw unwritten(UNWRITTEN);
  }

  /** What is sent, seen on its way where it is told, or names the object that is made. */
  requestBody(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const type = this.request.headers['content-type'];
    if (this.parts.level < 2 && !(this.parts.method === 'POST' && isJson(type))) return body;
    this.#request = new RecordedBody(type);
    return this.#request.through(body);
  }

  /**
   * Tells how it ended, before that is seen.
   *
   * @throws ApiError ServiceUnavailable when that cannot be written, unless the request was refused anyway.
   */
  async answered(status: number, details: { reason?: string | undefined; response?: object } = {}): Promise<void> {
    const { clock, level } = this.parts;
    const { reason, response } = details;
    const sent = this.#sent();
    const made = status < 400 ? this.#made(response) : undefined;
    const written = await this.#write({
      stage: 'answered',
      status,
      outcome: outcomeOf(status),
      ms: clock.now() - this.#started,
      ...(reason === undefined ? {} : { reason: reason.slice(0, LONGEST_TEXT) }),
      ...(made === undefined ? {} : { object: { ...this.#base.object, ...made } }),
      ...(sent === undefined ? {} : { request: sent }),
      ...(level < 3 || response === undefined ? {} : { response: told(response) }),
    });
    if (!written && status < 400) throw unwritten(this.#changes ? UNWRITTEN_OUTCOME : UNWRITTEN);
  }

  /** What is answered, seen on its way where it is told; that line comes after it. */
  async *responseBody(body: AsyncIterable<Uint8Array>, contentType: string | undefined): AsyncGenerator<Uint8Array> {
    if (this.parts.level < 3) {
      yield* body;
      return;
    }
    const recorded = new RecordedBody(contentType);
    yield* recorded.through(body);
    const response = recorded.told;
    if (response !== undefined) await this.#write({ stage: 'body', response });
  }

  get #changes(): boolean {
    return changes(this.parts.method);
  }

  /** The object that a request to a collection has made: the path does not name it. */
  #made(response: object | undefined): Pick<AuditObject, 'namespace' | 'name'> | undefined {
    if (this.parts.method !== 'POST' || this.#base.object.name !== undefined) return undefined;
    const id = response !== undefined && 'id' in response && typeof response.id === 'string' ? response.id : undefined;
    const name = this.#request?.objectName;
    return id === undefined ? (name === undefined ? undefined : { name }) : idParts(id);
  }

  #sent(): Json | undefined {
    if (this.parts.level < 2) return undefined;
    // What strangers send would fill the log, and a name that nobody has may be a password.
    if (Object.keys(this.#who()).length === 0) return '[left out: sent by a stranger]';
    const parsed = parsedBody(this.request);
    return parsed === undefined ? this.#request?.told : told(parsed);
  }

  #write(event: Omit<AuditEvent, keyof Base | 'time'> & Partial<Pick<AuditEvent, 'object'>>): Promise<boolean> {
    const { clock, write } = this.parts;
    return write(
      { ...this.#base, time: new Date(clock.now()).toISOString(), ...this.#who(), ...event },
      this.#caller === undefined && this.#foreign === undefined,
    );
  }

  #who(): Pick<AuditEvent, 'user' | 'token' | 'via' | 'attempted'> {
    if (this.#attempted !== undefined) return { attempted: this.#attempted };
    const caller = this.#caller;
    if (this.#foreign !== undefined) return { user: { id: this.#foreign, name: '', groups: [] }, via: 'kubernetes' };
    if (caller === undefined) return {};
    const { user, token, via, identity } = caller;
    return {
      user: { id: user.metadata.name, name: user.username ?? '', groups: identity.groups },
      token: token.metadata.name,
      via,
    };
  }
}

const unwritten = (sentence: string): ApiError =>
  new ApiError('ServiceUnavailable', sentence, { retryAfterSeconds: 5 });

function told(document: object): Json {
  const text = JSON.stringify(document);
  if (text.length > RECORDED_BYTES) return `[left out: more than ${RECORDED_BYTES} bytes]`;
  return withoutSecrets(JSON.parse(text) as Json);
}

function queryOf({ searchParams }: URL): Record<string, string> | undefined {
  const entries = [...searchParams]
    .slice(0, 32)
    .map(([name, value]): [string, string] => [
      name.slice(0, LONGEST_TEXT),
      TOLD_PARAMETERS.has(name) ? value.slice(0, LONGEST_TEXT) : '[left out]',
    ]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
