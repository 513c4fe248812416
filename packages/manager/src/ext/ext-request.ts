import {
  ApiError,
  type ApiRequest,
  applyJsonPatch,
  applyMergePatch,
  badRequest,
  type Identity,
  isJsonObject,
  type Json,
  type JsonObject,
  type ManagementToken,
  notServed,
  type Stored,
  type User,
} from '@drover/api';
import type { Caller } from '../identity/caller.js';

/** The group version of Rancher's newer kinds, which are not stored as they are shown. */
export const EXT = { group: 'ext.cattle.io', version: 'v1' } as const;
export const EXT_VERSION = `${EXT.group}/${EXT.version}`;

const LARGEST_BODY = 1024 * 1024;

/** Who asks: an identity, and the user of this server with the token it showed, where it is one. */
export interface ExtCaller {
  readonly identity: Identity;
  readonly user: Stored<User> | undefined;
  readonly token: Stored<ManagementToken> | undefined;
}

/** What is asked. */
export interface ExtCall extends ExtCaller {
  readonly plural: string;
  /** Absent for the collection. */
  readonly name: string | undefined;
  readonly query: URLSearchParams;
  readonly request: ApiRequest;
}

/** Reads the path of a request. @throws ApiError NotFound for paths of no object. */
export function parseTarget(url: string): Pick<ExtCall, 'plural' | 'name' | 'query'> {
  const { pathname, searchParams } = new URL(url, 'https://local');
  const [, apis, group, version, plural, name, ...more] = pathname.replace(/\/$/, '').split('/');
  if (apis !== 'apis' || group !== EXT.group || version !== EXT.version || !plural || more.length > 0)
    throw notServed();
  return { plural, name: name === undefined ? undefined : decodeURIComponent(name), query: searchParams };
}

/**
 * The caller as a signed-in user of this server.
 *
 * @throws ApiError Forbidden for anybody else, who has no tokens, kubeconfigs or password here.
 */
export function demandUser({ user, token, identity }: ExtCaller): Caller {
  if (user !== undefined && token !== undefined) return { user, token, via: 'bearer', identity };
  const sentence = `"${identity.name}" did not sign in to this server: this is for its users, through its own address`;
  throw new ApiError('Forbidden', sentence);
}

/** The JSON object that a request carries; `absent` where it carries nothing. @throws ApiError for anything else, or too much. */
export async function bodyOf({ body }: ApiRequest, absent?: JsonObject): Promise<JsonObject> {
  const value = await readJson(body, absent);
  if (!isJsonObject(value)) throw badRequest('the body must be a JSON object');
  return value;
}

/** `current` as a PATCH of it would have it. @throws ApiError for forms of patches that are not implemented here. */
export async function patched(current: object, { headers, body }: ApiRequest): Promise<JsonObject> {
  const type = String(headers['content-type'] ?? '').split(';', 1)[0];
  const patch = await readJson(body);
  const document = JSON.parse(JSON.stringify(current)) as Json;
  switch (type) {
    // Of fields without lists a strategic patch says the same.
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return asObject(applyMergePatch(document, patch));
    case 'application/json-patch+json':
      return asObject(applyJsonPatch(document, patch));
    default:
      throw new ApiError('UnsupportedMediaType', `patches of the form "${type}" are not implemented for ${EXT.group}`);
  }
}

function asObject(value: Json): JsonObject {
  if (!isJsonObject(value)) throw badRequest('the patch leaves no object');
  return value;
}

async function readJson(body: AsyncIterable<Uint8Array>, absent?: JsonObject): Promise<Json> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LARGEST_BODY)
      throw new ApiError('RequestEntityTooLarge', `the body is longer than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  if (size === 0 && absent !== undefined) return absent;
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
  } catch {
    throw badRequest('the body is no JSON: other forms are not implemented for ext.cattle.io');
  }
}

/** `spec` of a document, or an empty one. @throws ApiError when it is something else. */
export function specOf({ spec }: JsonObject): JsonObject {
  if (spec === undefined || spec === null) return {};
  if (!isJsonObject(spec)) throw badRequest('spec must be an object');
  return spec;
}

/** A text field of `spec`; empty when it is absent. @throws ApiError when it is something else. */
export function textOf(spec: JsonObject, field: string): string {
  const value = spec[field];
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw badRequest(`spec.${field} must be text`);
  return value;
}

/** A whole number, not negative, in a field of `spec`. @throws ApiError when it is something else. */
export function countOf(spec: JsonObject, field: string): number | undefined {
  const value = spec[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    throw badRequest(`spec.${field} must be a whole number, and not negative`);
  return value;
}

/** @throws ApiError for fields of `spec` that the kind does not have: nothing is ignored that somebody meant. */
export function demandFields(spec: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(spec).find((field) => !known.includes(field));
  if (unknown !== undefined)
    throw badRequest(`spec.${unknown} is not a field of this kind: it has ${known.join(', ')}`);
}

/** @throws ApiError for ways of asking that are not implemented for these kinds: ignoring them would do or show too much. */
export function demandPlain(query: URLSearchParams, known: readonly string[]): void {
  for (const [parameter, value] of query) {
    if (HARMLESS.has(parameter) || known.includes(parameter) || value === '') continue;
    if (parameter === 'watch' && value !== 'true' && value !== '1') continue;
    throw badRequest(`the parameter "${parameter}" is not implemented for ${EXT.group}`);
  }
}

/** What clients send along with everything, and what changes nothing here. */
const HARMLESS = new Set([
  'fieldManager',
  'fieldValidation',
  'limit',
  'pretty',
  'timeout',
  'resourceVersion',
  'propagationPolicy',
]);
