import { ApiError, type ApiRequest, apiVersion, badRequest, type KubeObject } from '@drover/api';
import type { Served } from '../catalog/definition.js';
import { metadataShape } from '../registry/metadata.js';
import { readBody } from '../request/body.js';
import { decodeProtobufBody, decodeYamlBody, parseJson } from '../request/decode.js';
import { header } from '../request/response.js';

/** A body's media type without its parameters. */
export function mediaType(request: ApiRequest): string {
  return (header(request, 'content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * The document in a request's body, in any form we take.
 *
 * @throws ApiError UnsupportedMediaType naming the forms, BadRequest, RequestEntityTooLarge.
 */
export async function readDocument(request: ApiRequest, protobuf: boolean): Promise<unknown> {
  const type = mediaType(request);
  const bytes = await readBody(request.body, header(request, 'content-encoding'));
  switch (type) {
    case 'application/json':
    case '':
      return bytes.length === 0 ? undefined : parseJson(bytes);
    case 'application/yaml':
      return decodeYamlBody(bytes);
    case 'application/vnd.kubernetes.protobuf':
      if (protobuf) return decodeProtobufBody(bytes);
      break;
  }
  const forms = ['application/json', 'application/yaml', ...(protobuf ? ['application/vnd.kubernetes.protobuf'] : [])];
  throw new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${forms.join(', ')}`,
  );
}

/** The object of a create or replace. @throws ApiError when it is not of the kind the path names. */
export async function readObject(request: ApiRequest, { definition, version }: Served): Promise<KubeObject> {
  const document = await readDocument(request, definition.builtin);
  return asObject(document, definition.kind, apiVersion({ group: definition.group, version: version.name }));
}

/**
 * A document as an object of `kind`; what it does not say of its kind is filled in.
 *
 * @throws ApiError BadRequest when it is another kind's, or its metadata has no object's shape.
 */
export function asObject(document: unknown, kind: string, servedVersion: string): KubeObject {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw badRequest('the body is not an object');
  }
  const fields = document as Record<string, unknown>;
  const said = { kind: fields['kind'] ?? kind, apiVersion: fields['apiVersion'] ?? servedVersion };
  if (said.kind !== kind || said.apiVersion !== servedVersion) {
    throw badRequest(
      `the API version and kind in the data (${String(said.apiVersion)}, ${String(said.kind)}) do not match the expected ${servedVersion}, ${kind}`,
    );
  }
  const metadata = fields['metadata'] ?? {};
  const wrong = metadataShape(metadata);
  if (wrong !== undefined) throw badRequest(wrong);
  return { ...fields, apiVersion: servedVersion, kind, metadata } as KubeObject;
}
