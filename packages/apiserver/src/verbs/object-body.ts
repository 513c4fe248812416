import {
  ApiError,
  type ApiRequest,
  apiVersion,
  badRequest,
  invalid,
  invalidValue,
  isJsonObject,
  type Json,
  type KubeObject,
} from '@drover/api';
import { builtinResources } from '@drover/api/schemas';
import type { Served } from '../catalog/definition.js';
import { metadataShape } from '../registry/metadata.js';
import { readBody } from '../request/body.js';
import { type Decoded, decodeProtobufBody, readJson, readYamlBody, Undecodable } from '../request/decode.js';
import { type Decoding, objectDecoding } from '../request/decoding.js';
import { header } from '../request/response.js';

/** Bytes of a body that cannot be read which its refusal tells. */
const SUMMARY_BYTES = 30;

/** A body's media type without its parameters. */
export function mediaType(request: ApiRequest): string {
  return (header(request, 'content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The document in a request's body, in any form we take; `undefined` when there is no body.
 *
 * @throws ApiError UnsupportedMediaType naming the forms, BadRequest, RequestEntityTooLarge.
 */
export async function readDocument(request: ApiRequest, protobuf: boolean): Promise<unknown> {
  const bytes = await readBody(request.body, header(request, 'content-encoding'));
  if (bytes.length === 0 && isJson(mediaType(request))) return undefined;
  try {
    return (await decoded(mediaType(request), bytes, protobuf)).value;
  } catch (error) {
    throw error instanceof Undecodable ? badRequest(`json parse error: ${error.fault}`) : error;
  }
}

const isJson = (type: string): boolean => type === 'application/json' || type === '';

function decoded(type: string, bytes: Buffer, protobuf: boolean): Decoded | Promise<Decoded> {
  if (isJson(type)) return readJson(bytes);
  if (type === 'application/yaml') return readYamlBody(bytes);
  if (type === 'application/vnd.kubernetes.protobuf' && protobuf) return decodeProtobufBody(bytes);
  const forms = ['application/json', 'application/yaml', ...(protobuf ? ['application/vnd.kubernetes.protobuf'] : [])];
  throw new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${forms.join(', ')}`,
  );
}

/** An object as a body has it, and how it is refused. */
export interface ReadObject {
  readonly object: KubeObject;
  readonly decoding: Decoding;
}

/** The object of a create or replace. @throws ApiError when it is not of the kind the path names. */
export async function readObject(request: ApiRequest, served: Served): Promise<ReadObject> {
  const { definition, version } = served;
  const { value, duplicates } = await readDocumentOf(request, served);
  const decoding = objectDecoding(duplicates);
  const servedVersion = apiVersion({ group: definition.group, version: version.name });
  refuseOtherKind(isJsonObject(value) ? value : {}, served, servedVersion);
  return { object: asObject(value ?? {}, definition.kind, servedVersion, decoding), decoding };
}

async function readDocumentOf(request: ApiRequest, { definition }: Served): Promise<Decoded> {
  const bytes = await readBody(request.body, header(request, 'content-encoding'));
  const unrecognized = (why: string): ApiError =>
    badRequest(
      `the object provided is unrecognized (must be of type ${definition.kind}): ${why} (${summaryOf(bytes)})`,
    );
  let read: Decoded;
  try {
    const reading = decoded(mediaType(request), bytes, definition.builtin);
    read = reading instanceof Promise ? await reading : reading;
  } catch (error) {
    if (error instanceof Undecodable) throw unrecognized(`couldn't get version/kind; json parse error: ${error.fault}`);
    const yaml =
      error instanceof ApiError ? /^error converting YAML to JSON: (.*)/s.exec(error.message)?.[1] : undefined;
    throw yaml === undefined ? error : unrecognized(yaml);
  }
  if (read.value === null || isJsonObject(read.value)) return read;
  throw unrecognized(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(read.value)} into Go value of type ${TYPE_META}`,
  );
}

/** What Go reads first of a body. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** What an unreadable body begins with: as text when it looks like JSON, else its bytes. */
function summaryOf(bytes: Buffer): string {
  if (bytes.length === 0) return '<empty>';
  const encoding = bytes[0] === 0x7b ? 'utf8' : 'hex';
  const start = bytes.subarray(0, SUMMARY_BYTES).toString(encoding);
  return bytes.length > SUMMARY_BYTES ? `${start} ...` : start;
}

function jsonKind(value: Json): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** @throws ApiError for a document that says it is of another kind, in the words that Kubernetes has for each case. */
function refuseOtherKind(
  document: {
    readonly kind?: Json | undefined;
    readonly apiVersion?: Json | undefined;
    readonly metadata?: Json | undefined;
  },
  { definition }: Served,
  servedVersion: string,
): void {
  const { kind = definition.kind, apiVersion: said = servedVersion } = document;
  if (kind === definition.kind && said === servedVersion) return;
  if (typeof kind !== 'string' || typeof said !== 'string') return;
  if (definition.builtin) throw otherBuiltin(kind, said, definition);
  if (said !== servedVersion)
    throw badRequest(
      `the API version in the data (${said}) does not match the expected API version (${servedVersion})`,
    );
  const name = isJsonObject(document.metadata) ? String(document.metadata['name'] ?? '') : '';
  throw invalid({ ...definition, kind }, name, [invalidValue('kind', kind, `must be ${definition.kind}`)]);
}

function otherBuiltin(kind: string, said: string, definition: Served['definition']): ApiError {
  const [head = '', tail] = said.split('/');
  const [group, version] = tail === undefined ? ['', head] : [head, tail];
  const registered = builtinResources().some(
    (resource) => resource.kind === kind && resource.group === group && resource.version === version,
  );
  const inner = definition.group.split('.')[0] || 'core';
  const why = registered
    ? `converting (${version}.${kind}) to (${inner}.${definition.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(said)} in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${definition.kind}: ${why}`);
}

/**
 * A document as an object of `kind`; what it does not say of its kind is filled in.
 *
 * @throws ApiError as `decoding` refuses, when it is another kind's or its metadata has no object's shape.
 */
export function asObject(
  document: unknown,
  kind: string,
  servedVersion: string,
  decoding: Decoding = objectDecoding(),
): KubeObject {
  if (!isJsonObject(document)) throw badRequest('the body is not an object');
  const said = { kind: document['kind'] ?? kind, apiVersion: document['apiVersion'] ?? servedVersion };
  const object = { ...document, apiVersion: servedVersion, kind, metadata: document['metadata'] ?? {} };
  if (said.kind !== kind || said.apiVersion !== servedVersion) {
    const why = `the API version and kind in the data (${String(said.apiVersion)}, ${String(said.kind)}) do not match the expected ${servedVersion}, ${kind}`;
    throw decoding.refuse(object as KubeObject, why);
  }
  const wrong = metadataShape(object.metadata, kind);
  if (wrong !== undefined)
    throw decoding.refuse(object as KubeObject, decoding.converted ? wrong.conversion : wrong.decoding);
  return object as KubeObject;
}
