import { ApiError, type Reason } from '@drover/api';

/** Norman's codes with their HTTP status. */
const CODES = {
  Unauthorized: 401,
  PermissionDenied: 403,
  NotFound: 404,
  ActionNotAvailable: 404,
  MethodNotAllow: 405,
  Conflict: 409,
  InvalidCSRFToken: 422,
  InvalidBodyContent: 422,
  InvalidFormat: 422,
  InvalidReference: 422,
  InvalidCharacters: 422,
  InvalidOption: 422,
  InvalidState: 422,
  MissingRequired: 422,
  NotUnique: 422,
  MaxLimitExceeded: 422,
  MinLengthExceeded: 422,
  TooManyRequests: 429,
  ServerError: 500,
  ClusterUnavailable: 503,
} as const;

/** Why Rancher's own API refuses, in its vocabulary ("MethodNotAllow" is its spelling). */
export type NormanCode = keyof typeof CODES;

/** A refusal of `/v3` and `/v1`; `fieldName` says which field of the body is at fault. */
export class NormanError extends Error {
  override readonly name = 'NormanError';
  readonly status: number;

  constructor(
    readonly code: NormanCode,
    message: string,
    readonly details: { readonly fieldName?: string; readonly retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.status = CODES[code];
  }
}

const FROM_KUBERNETES: Partial<Record<Reason, NormanCode>> = {
  Unauthorized: 'Unauthorized',
  Forbidden: 'PermissionDenied',
  NotFound: 'NotFound',
  MethodNotAllowed: 'MethodNotAllow',
  Conflict: 'Conflict',
  AlreadyExists: 'Conflict',
  Invalid: 'InvalidFormat',
  BadRequest: 'InvalidBodyContent',
  TooManyRequests: 'TooManyRequests',
  ServiceUnavailable: 'ClusterUnavailable',
};

/** The document of a refusal in Norman's form; a bug's own words stay in the log. */
export function normanDocument(error: unknown): { readonly status: number; readonly document: object } {
  if (error instanceof NormanError) {
    const { code, status, message, details } = error;
    const { fieldName } = details;
    return {
      status,
      document: { type: 'error', status, code, message, ...(fieldName === undefined ? {} : { fieldName }) },
    };
  }
  if (error instanceof ApiError && error.reason !== 'InternalError') {
    const code = error.reason === 'Unknown' ? 'ServerError' : (FROM_KUBERNETES[error.reason] ?? 'ServerError');
    const status = error.code;
    const fieldName = error.details.causes?.[0]?.field;
    return {
      status,
      document: {
        type: 'error',
        status,
        code,
        message: error.message,
        ...(fieldName === undefined ? {} : { fieldName }),
      },
    };
  }
  const message = 'the server could not complete the request';
  return { status: 500, document: { type: 'error', status: 500, code: 'ServerError', message } };
}

/** A `NormanError` as the Kubernetes refusal it corresponds to, for routes that speak Kubernetes. */
export function asApiError(error: NormanError): ApiError {
  switch (error.code) {
    case 'Unauthorized':
      return new ApiError('Unauthorized', error.message);
    case 'PermissionDenied':
      return new ApiError('Forbidden', error.message);
    case 'ClusterUnavailable':
      return new ApiError('ServiceUnavailable', error.message);
    case 'TooManyRequests':
      return new ApiError('TooManyRequests', error.message);
    case 'NotFound':
    case 'ActionNotAvailable':
      return new ApiError('NotFound', error.message);
    case 'MethodNotAllow':
      return new ApiError('MethodNotAllowed', error.message);
    default:
      return new ApiError('BadRequest', error.message, {}, { code: error.status });
  }
}
