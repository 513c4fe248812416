import type { Status, StatusCause, StatusDetails } from './object.js';

/** Each reason of the catalogue with its HTTP status (meta/v1 StatusReason). */
const CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServerTimeout: 504,
  Timeout: 504,
} as const;

/** What has details even where there is nothing to say in them: Kubernetes makes these refusals so. */
const DETAILED: ReadonlySet<string> = new Set(['NotFound', 'MethodNotAllowed', 'Timeout']);

/** Why the Kubernetes API refused, in its own vocabulary. */
export type Reason = keyof typeof CODES;

/**
 * A refusal as the Kubernetes API words it. Thrown by the server's rules and by the client for each answer that is not a
 * success; `status()` is its document. An answer that names no reason of the catalogue keeps its code.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  /** By which a list can be continued all the same (410 for a page that is no longer there). */
  readonly continueToken: string | undefined;

  constructor(
    readonly reason: Reason | 'Unknown',
    message: string,
    readonly details: StatusDetails = {},
    options: ErrorOptions & { code?: number; continueToken?: string } = {},
  ) {
    super(message, options);
    this.continueToken = options.continueToken;
    this.code = options.code ?? (reason === 'Unknown' ? 500 : CODES[reason]);
  }

  /** The `Status` document that tells a client. */
  status(): Status {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: this.continueToken === undefined ? {} : { continue: this.continueToken },
      status: 'Failure',
      message: this.message,
      ...(this.reason === 'Unknown' ? {} : { reason: this.reason }),
      ...(this.#hasDetails() ? { details: this.details } : {}),
      code: this.code,
    };
  }

  #hasDetails(): boolean {
    return DETAILED.has(this.reason) || Object.keys(this.details).length > 0;
  }
}

/** The kind a refusal is about, as the API names it in messages: `virtualmachines.kubevirt.io`. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
}

const qualified = ({ group, plural }: Subject): string => (group === '' ? plural : `${plural}.${group}`);
const about = ({ group, plural }: Subject, name: string): StatusDetails => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

/** 404: there is no such object. */
export const notFound = (subject: Subject, name: string): ApiError =>
  new ApiError('NotFound', `${qualified(subject)} "${name}" not found`, about(subject, name));

/** 404: the path or kind is not served. */
export const notServed = (): ApiError => new ApiError('NotFound', 'the server could not find the requested resource');

/** 405: what is at the path does not take this method. */
export const methodNotAllowed = (): ApiError =>
  new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource');

/** 409: the name is taken. */
export const alreadyExists = (subject: Subject, name: string): ApiError =>
  new ApiError('AlreadyExists', `${qualified(subject)} "${name}" already exists`, about(subject, name));

/** 409: the object has moved on, or a rule about its present state says no. */
export const conflict = (subject: Subject, name: string, why: string): ApiError =>
  new ApiError(
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`,
    about(subject, name),
  );

/** Causes that one refusal tells: more say nothing new to whoever has to mend these. */
const MOST_CAUSES = 100;

/** 422: the object breaks rules; each cause names a field, what is wrong and what would be right. A hundred of them are told. */
export const invalid = (
  subject: Subject & { kind: string },
  name: string,
  causes: readonly StatusCause[],
): ApiError => {
  const first = causes.slice(0, MOST_CAUSES);
  const told = first.map(({ field, message }) => `${field}: ${message}`);
  if (causes.length > first.length) told.push(`and ${causes.length - first.length} more`);
  const list = told.length === 1 ? (told[0] as string) : `[${told.join(', ')}]`;
  const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  return new ApiError('Invalid', `${kind} "${name}" is invalid: ${list}`, {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    ...(subject.kind === '' ? {} : { kind: subject.kind }),
    causes: first,
  });
};

/** 400: the request itself is malformed. */
export const badRequest = (message: string): ApiError => new ApiError('BadRequest', message);

/** 401: no identity, or one that does not hold. */
export const unauthorized = (message = 'Unauthorized'): ApiError => new ApiError('Unauthorized', message);

/** 403: the identity may not do this. */
export const forbidden = (subject: Subject, name: string, why: string): ApiError =>
  new ApiError(
    'Forbidden',
    `${qualified(subject)}${name === '' ? '' : ` "${name}"`} is forbidden: ${why}`,
    about(subject, name),
  );

/** 410: the history asked for is gone; list anew. */
export const expired = (message: string): ApiError => new ApiError('Expired', message);

/** 503: something this request needs is not there right now. */
export const unavailable = (message: string, options?: ErrorOptions): ApiError =>
  new ApiError('ServiceUnavailable', message, {}, options);

/** Reads the `Status` document of a failed answer, or Rancher's error; anything else becomes an error with the answer's code. */
export function fromStatus(code: number, body: unknown): ApiError {
  if (isStatus(body)) {
    const reason =
      body.reason !== undefined && Object.hasOwn(CODES, body.reason) ? (body.reason as Reason) : reasonFor(code);
    return new ApiError(reason, body.message ?? `the server answered ${code}`, body.details ?? {}, { code });
  }
  const said = typeof body === 'string' ? body.trim().slice(0, 300) : wordsOfRancher(body);
  const text = said === '' ? `the server answered ${code}` : said;
  return new ApiError(reasonFor(code), text, {}, { code });
}

/** What a client may see of any thrown value: a bug's own words stay in the log. */
export function toStatus(error: unknown): Status {
  if (error instanceof ApiError) return error.status();
  return new ApiError('InternalError', 'an error on the server prevented the request from succeeding').status();
}

/** Whether `error` is the API's refusal for `reason`. */
export const hasReason = (error: unknown, reason: Reason): error is ApiError =>
  error instanceof ApiError && error.reason === reason;

function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status' && 'code' in body;
}

/** What an error document of Rancher's APIs says: its message, or its code where it has none. */
function wordsOfRancher(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('type' in body) || body.type !== 'error') return '';
  const message = 'message' in body && typeof body.message === 'string' ? body.message : '';
  return message !== '' || !('code' in body) ? message : String(body.code);
}

function reasonFor(code: number): Reason | 'Unknown' {
  const found = (Object.keys(CODES) as Reason[]).find((reason) => CODES[reason] === code && reason !== 'AlreadyExists');
  return found ?? 'Unknown';
}
