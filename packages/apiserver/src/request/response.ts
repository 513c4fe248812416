import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import { ApiError, type ApiRequest, type ApiResponse, type ProtobufDocument, type Status } from '@drover/api';
import { CONTENT_TYPES, encodeDocument } from './encode.js';
import { documentMedia, type Representation } from './negotiation.js';
import { UnknownPath } from './unknown-path.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const NONE: ApiResponse['headers'] = {};
/** Smaller answers cost more to pack than to send (apiserver's compression threshold). */
export const GZIP_BYTES = 128 * 1024;

/** An answer with a JSON document. */
export function json(status: number, document: unknown, headers: ApiResponse['headers'] = {}): ApiResponse {
  return { status, headers: { ...JSON_TYPE, ...headers }, body: Buffer.from(`${JSON.stringify(document)}\n`) };
}

/** An answer with a document in the media type that was chosen. */
export function documentResponse(
  status: number,
  document: ProtobufDocument,
  form: Pick<Representation, 'media' | 'pretty'>,
  headers: ApiResponse['headers'] = {},
): ApiResponse {
  const body = encodeDocument(document, form);
  return { status, headers: { 'content-type': CONTENT_TYPES[form.media], ...headers }, body };
}

/** An answer with bytes that are JSON already. */
export function jsonBytes(
  status: number,
  body: ApiResponse['body'],
  headers: ApiResponse['headers'] = NONE,
): ApiResponse {
  return { status, headers: headers === NONE ? JSON_TYPE : { ...JSON_TYPE, ...headers }, body };
}

/** An answer with plain text. */
export function text(status: number, body: string): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: Buffer.from(body),
  };
}

/**
 * The answer for any thrown value: a `Status` in a media type that the caller takes, else in JSON, but for a path that nobody
 * knows. `auditId` tells the caller which lines of our log say more of a mistake of ours.
 */
export function failure(error: unknown, request: ApiRequest, auditId: string): ApiResponse {
  if (error instanceof UnknownPath) return text(404, `${error.message}\n`);
  const status = error instanceof ApiError ? error.status() : mistake(auditId);
  const retry = status.details?.retryAfterSeconds;
  const media = documentMedia(header(request, 'accept')) ?? 'json';
  const headers: ApiResponse['headers'] = retry === undefined ? {} : { 'retry-after': String(retry) };
  return documentResponse(status.code, status, { media, pretty: false }, headers);
}

function mistake(auditId: string): Status {
  const message = `the server's log says more under audit ID ${auditId}`;
  const details = { causes: [{ message }] };
  return new ApiError('InternalError', `Internal error occurred: ${message}`, details).status();
}

/** 200 with a `Status` that tells what was deleted. */
export function success(
  details: NonNullable<Status['details']>,
  form: Pick<Representation, 'media' | 'pretty'>,
): ApiResponse {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  return documentResponse(200, status, form);
}

/** One header's first value. */
export function header(request: ApiRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Whether the caller has what this etag is of already (RFC 9110, 13.1.2: one of several, weak, or whatever there is). */
export function isKnown(request: ApiRequest, etag: string): boolean {
  const known = (header(request, 'if-none-match') ?? '').split(',').map((entry) => entry.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

/** Whether an answer is to be packed: a large one, for a caller that takes gzip. */
export function packed(request: ApiRequest, { headers, body }: ApiResponse): boolean {
  if (body instanceof Uint8Array && body.length < GZIP_BYTES) return false;
  return headers['content-encoding'] === undefined && takesGzip(request);
}

/**
 * Packs an answer that is to be packed; the loop is not blocked, and a stream stays a stream. Not for watches: the packer would hold
 * their events back.
 */
export async function compressed(request: ApiRequest, response: ApiResponse): Promise<ApiResponse> {
  if (!packed(request, response)) return response;
  const headers = { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  if (response.body instanceof Uint8Array)
    return { ...response, headers, body: await promisify(gzip)(response.body, { level: constants.Z_BEST_SPEED }) };
  const { 'content-length': _unpacked, ...rest } = headers as Record<string, string | readonly string[]>;
  return { ...response, headers: rest, body: gzipStream(response.body) };
}

async function* gzipStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const packer = createGzip({ level: constants.Z_BEST_SPEED });
  // What goes wrong with the body is told to who reads the packer; a reader that leaves ends the body, too.
  pipeline(body, packer).catch(() => {});
  try {
    yield* packer;
  } finally {
    packer.destroy();
  }
}

/** Whether the caller takes answers in gzip. */
export function takesGzip(request: ApiRequest): boolean {
  const accepted = header(request, 'accept-encoding') ?? '';
  return accepted.split(',').some((entry) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$))?/.test(entry));
}
