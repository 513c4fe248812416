import { ApiError, type ApiRequest, type ApiResponse, type Identity, isJsonObject } from '@drover/api';
import type { Clock } from '@drover/kit';
import { decodeProtobufBody } from '../request/decode.js';
import { CONTENT_TYPES } from '../request/encode.js';
import { header } from '../request/response.js';
import type { Visit } from '../request/visit.js';
import {
  type AuditEvent,
  type AuditUser,
  atLeast,
  type Level,
  microTime,
  type ObjectReference,
  type Stage,
} from './event.js';
import type { AuditRule } from './policy.js';
import { RECORDED_BYTES, RecordedBody } from './recorded-body.js';
import { holdsCredentials, withoutManagedFields } from './redaction.js';

/** Characters of a User-Agent that are told (apiserver audit maxUserAgentLength), and of an address. */
const AGENT = 1024;
const URI = 8192;
/** Annotations of one event, and characters of one. Further ones are left out. */
const ANNOTATIONS = 64;
const ANNOTATION = 8192;
/** Says that a body was too large to be told (the name kube-apiserver's truncating backend uses). */
const TRUNCATED = 'audit.k8s.io/truncated';

/** What is told of one request, stage by stage. An event is written before the stage that it tells of is seen by the caller. */
export class AuditTrail {
  readonly #visit: Visit;
  readonly #rule: AuditRule;
  /** The rule's level, as far as bodies go. */
  readonly #bodies: Level;
  /** A refusal may quote the object that it is about. */
  readonly #secret: boolean;
  readonly #write: (event: AuditEvent) => Promise<boolean>;
  readonly #clock: Clock;
  readonly #annotations = new Map<string, string>();
  readonly #body = new RecordedBody();

  constructor(
    visit: Visit,
    rule: AuditRule,
    credentials: ReadonlySet<string>,
    write: (event: AuditEvent) => Promise<boolean>,
    clock: Clock,
  ) {
    this.#visit = visit;
    this.#rule = rule;
    this.#secret = holdsCredentials(visit.attributes, credentials);
    this.#bodies = this.#secret ? 'Metadata' : rule.level;
    this.#write = write;
    this.#clock = clock;
  }

  /** Adds a fact to the events from here on; the first one of a name stays, as upstream. */
  annotate(key: string, value: string): void {
    if (this.#annotations.has(key) || this.#annotations.size >= ANNOTATIONS) return;
    this.#annotations.set(key, value.slice(0, ANNOTATION));
  }

  /** The request with a body that is noted as it is read, where the rule wants it told. */
  recording(request: ApiRequest): ApiRequest {
    if (!atLeast(this.#bodies, 'Request')) return request;
    return { ...request, body: this.#body.through(request.body), signal: request.signal };
  }

  /** The request came. @throws ApiError InternalError when that has to be written and could not be. */
  async received(): Promise<void> {
    if (await this.#tell('RequestReceived', {})) return;
    throw new ApiError('InternalError', 'Internal error occurred: failed to store audit event');
  }

  /** A watch or an upgrade begins. */
  async started(code: number): Promise<void> {
    await this.#tell('ResponseStarted', { responseStatus: { metadata: {}, code } });
  }

  /** The request is answered; or, for the stage Panic, a mistake of ours ended it. */
  async complete(response: ApiResponse, stage: 'ResponseComplete' | 'Panic' = 'ResponseComplete'): Promise<void> {
    const document = this.#told(response);
    const failed = response.status >= 400;
    const { status, message, reason, details } = (failed ? document : undefined) ?? {};
    const requestObject = atLeast(this.#bodies, 'Request') ? await this.#requestObject() : undefined;
    const responseObject = atLeast(this.#bodies, 'RequestResponse') ? this.#shown(document) : undefined;
    await this.#tell(stage, {
      responseStatus: {
        metadata: {},
        ...(typeof status === 'string' ? { status } : {}),
        ...(typeof message === 'string' && !this.#secret ? { message } : {}),
        ...(typeof reason === 'string' ? { reason } : {}),
        ...(details === undefined || this.#secret ? {} : { details }),
        code: response.status,
      },
      objectRef: this.#objectRef(document),
      ...(requestObject === undefined ? {} : { requestObject }),
      ...(responseObject === undefined ? {} : { responseObject }),
    });
  }

  /** The answer's document, as far as something of it is told: what a refusal says, a new object's name, or all of it. */
  #told({ status, headers, body }: ApiResponse): Readonly<Record<string, unknown>> | undefined {
    const whole = atLeast(this.#bodies, 'RequestResponse') && !this.#visit.longRunning;
    const created = status === 201 && this.#visit.attributes.verb === 'create';
    if (!whole && !created && status < 400) return undefined;
    const type = headers['content-type'];
    if (type !== CONTENT_TYPES.json && type !== CONTENT_TYPES.protobuf) return undefined;
    if (body instanceof Uint8Array && body.length <= RECORDED_BYTES) return documentIn(body, type);
    if (whole) this.annotate(TRUNCATED, 'true');
    return undefined;
  }

  async #requestObject(): Promise<unknown> {
    if (this.#body.tooLarge) this.annotate(TRUNCATED, 'true');
    const { request } = this.#visit;
    const document = await this.#body.document(
      header(request, 'content-type') ?? '',
      header(request, 'content-encoding'),
    );
    return this.#shown(document);
  }

  #shown(document: unknown): unknown {
    return this.#rule.omitManagedFields ? withoutManagedFields(document) : document;
  }

  #objectRef(answer: Readonly<Record<string, unknown>> | undefined): ObjectReference | undefined {
    const { attributes, target } = this.#visit;
    if ('path' in attributes) return undefined;
    const { group, resource, subresource, namespace } = attributes;
    const metadata = answer?.['metadata'] as { readonly name?: unknown } | undefined;
    const name = attributes.name ?? (attributes.verb === 'create' ? metadata?.name : undefined);
    return {
      resource,
      ...(namespace === undefined ? {} : { namespace }),
      ...(typeof name === 'string' ? { name } : {}),
      ...(group === '' ? {} : { apiGroup: group }),
      ...(target?.type === 'resource' ? { apiVersion: target.version } : {}),
      ...(subresource === undefined ? {} : { subresource }),
    };
  }

  #tell(stage: Stage, facts: Partial<AuditEvent>): Promise<boolean> {
    if (this.#rule.omitStages.includes(stage)) return Promise.resolve(true);
    const { request, auditId, started, attributes, authenticated, identity } = this.#visit;
    const agent = header(request, 'user-agent');
    const sourceIPs = sourcesOf(request);
    const objectRef = facts.objectRef ?? this.#objectRef(undefined);
    const { responseStatus, requestObject, responseObject } = facts;
    return this.#write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: this.#rule.level,
      auditID: auditId,
      stage,
      requestURI: request.url.slice(0, URI),
      verb: attributes.verb,
      user: userOf(authenticated),
      ...(identity === undefined || identity === authenticated ? {} : { impersonatedUser: userOf(identity) }),
      ...(sourceIPs.length === 0 ? {} : { sourceIPs }),
      ...(agent === undefined ? {} : { userAgent: agent.slice(0, AGENT) }),
      ...(objectRef === undefined ? {} : { objectRef }),
      ...(responseStatus === undefined ? {} : { responseStatus }),
      ...(requestObject === undefined ? {} : { requestObject }),
      ...(responseObject === undefined ? {} : { responseObject }),
      requestReceivedTimestamp: microTime(started),
      stageTimestamp: microTime(stage === 'RequestReceived' ? started : this.#clock.now()),
      ...(this.#annotations.size === 0 ? {} : { annotations: Object.fromEntries(this.#annotations) }),
    });
  }
}

/** The document that an answer is; `undefined` when a handler sent what is none, which is no reason to tell nothing. */
function documentIn(body: Uint8Array, type: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  try {
    if (type === CONTENT_TYPES.json) return JSON.parse(bytes.toString());
    const { value } = decodeProtobufBody(bytes);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function userOf(identity: Identity | undefined): AuditUser {
  if (identity === undefined) return {};
  const { name, uid, groups, extra } = identity;
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** Whom the request came through: what proxies say, which anybody can make up, and last the address of the connection. */
function sourcesOf(request: ApiRequest): string[] {
  const forwarded = (header(request, 'x-forwarded-for') ?? '')
    .split(',', 16)
    .map((text) => text.trim().slice(0, 64))
    .filter((text) => text !== '');
  const { from } = request;
  return from === undefined || forwarded.at(-1) === from ? forwarded : [...forwarded, from];
}
