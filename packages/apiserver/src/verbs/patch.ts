import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  badRequest,
  goText,
  isJsonObject,
  type Json,
  type KubeObject,
} from '@drover/api';
import { appliedObject } from '../registry/ownership.js';
import { servedVersion } from '../registry/view.js';
import { type Change, type UpdateRules, updateObject } from '../registry/write.js';
import { readBody } from '../request/body.js';
import { type Decoded, readJson, readYamlBody, Undecodable } from '../request/decode.js';
import { applyDecoding, type Decoding, patchDecoding, strategicDecoding } from '../request/decoding.js';
import { header } from '../request/response.js';
import { writeOptions } from '../request/write-options.js';
import { type Call, type Verbs, writeContext } from './call.js';
import { asObject, mediaType } from './object-body.js';
import { writtenResponse } from './write.js';

/** The content type of server-side apply. */
export const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const MERGE = 'application/merge-patch+json';

/** PATCH of an object or a part of it, in the form its content type says. */
export async function patch(verbs: Verbs, call: Call): Promise<ApiResponse> {
  const { core } = verbs;
  const { namespace, name = '' } = call;
  const applies = mediaType(call.request) === APPLY;
  const { change, rules, decoding } = applies ? await apply(verbs, call) : await edit(call);
  const context = writeContext(call, applies ? 'apply' : 'patch', decoding);
  const written = await updateObject(core, context, { namespace, name }, change, rules);
  return writtenResponse(core.clock.now(), call, written);
}

interface Edit {
  readonly change: Change;
  readonly rules: UpdateRules;
  readonly decoding: Decoding;
}

async function edit(call: Call): Promise<Edit> {
  const { patched, decoding } = await readPatch(call);
  return {
    rules: { replace: false },
    decoding,
    change: (present) => {
      const current = present();
      return asObject(patched(current), current.kind, current.apiVersion, decoding);
    },
  };
}

/** A patch that was read. */
export interface ReadPatch {
  /** Makes the wanted object of the present one. */
  readonly patched: (current: KubeObject) => unknown;
  readonly decoding: Decoding;
}

/** The patch in a request's body. @throws ApiError UnsupportedMediaType, BadRequest, RequestEntityTooLarge. */
export async function readPatch({ request, served }: Call): Promise<ReadPatch> {
  const type = mediaType(request);
  const { builtin } = served.definition;
  if (type !== JSON_PATCH && type !== MERGE && !(type === STRATEGIC && builtin)) throw unsupported(builtin);
  const { value, duplicates } = await patchDocument(request, type);
  if (type === JSON_PATCH) {
    const faults = [...duplicates, ...unknownOperationFields(value)].map((fault) => `json patch ${fault}`);
    return { patched: (current) => applyJsonPatch(current, value), decoding: patchDecoding(faults) };
  }
  if (type === MERGE)
    return { patched: (current) => applyMergePatch(current, value), decoding: patchDecoding(duplicates) };
  const schema = served.version.schema();
  return {
    patched: (current) => applyStrategicPatch(current, value, schema),
    decoding: strategicDecoding(duplicates, goText(value)),
  };
}

async function patchDocument(request: ApiRequest, type: string): Promise<Decoded> {
  const prefix = type === STRATEGIC ? '' : 'error decoding patch: ';
  let read: Decoded;
  try {
    read = readJson(await readBody(request.body, header(request, 'content-encoding')));
  } catch (error) {
    throw error instanceof Undecodable ? badRequest(`${prefix}${error.fault}`) : error;
  }
  const { value } = read;
  if (type === JSON_PATCH ? Array.isArray(value) : isJsonObject(value)) return read;
  if (value === null) {
    if (type === MERGE) throw badRequest('Invalid JSON Patch');
    return { ...read, value: type === JSON_PATCH ? [] : {} };
  }
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const wanted = type === JSON_PATCH ? '[]handlers.jsonPatchOp' : 'map[string]interface {}';
  throw badRequest(`${prefix}json: cannot unmarshal ${found} into Go value of type ${wanted}`);
}

const OPERATION_FIELDS = new Set(['op', 'path', 'from', 'value']);

function unknownOperationFields(patch: Json): string[] {
  return (Array.isArray(patch) ? patch : []).flatMap((operation: Json, index) => {
    const unknown = isJsonObject(operation) ? Object.keys(operation).filter((name) => !OPERATION_FIELDS.has(name)) : [];
    return unknown.map((name) => `unknown field ${JSON.stringify(`[${index}].${name}`)}`);
  });
}

async function apply({ core }: Verbs, call: Call): Promise<Edit> {
  const { served, part } = call;
  const { applied, force, decoding } = await appliedBody(call, served.definition.kind, servedVersion(served));
  const context = writeContext(call, 'apply');
  const merge = (live: KubeObject | undefined): KubeObject | Promise<KubeObject> =>
    appliedObject(context, core.clock.now(), live, applied, force);
  return {
    change: (current) => merge(current()),
    decoding,
    rules: {
      replace: false,
      managersTracked: true,
      ...(part === 'main' ? { create: async () => merge(undefined) } : {}),
    },
  };
}

/**
 * The object that a server-side apply states.
 *
 * @throws ApiError BadRequest for what is no object of `kind`, Invalid when nobody is named to manage it.
 */
export async function appliedBody(
  { request, query }: Call,
  kind: string,
  version: string,
): Promise<{ readonly applied: KubeObject; readonly force: boolean; readonly decoding: Decoding }> {
  const { force } = writeOptions(query, 'apply');
  const { value: document, duplicates } = await appliedDocument(request);
  if (document !== null && !isJsonObject(document)) {
    const found = Array.isArray(document) ? 'array' : typeof document === 'boolean' ? 'bool' : typeof document;
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go value of type map[string]interface {}`,
    );
  }
  const said = document ?? {};
  const [group = '', bare] = String(said['apiVersion'] ?? '').split('/');
  if (said['kind'] !== kind || said['apiVersion'] !== version) {
    const named = bare === undefined ? `/${group}` : `${group}/${bare}`;
    throw badRequest(`invalid object type: ${named}, Kind=${String(said['kind'] ?? '')}`);
  }
  const decoding = applyDecoding(duplicates);
  return { applied: asObject(document, kind, version), force, decoding };
}

async function appliedDocument(request: ApiRequest): Promise<Decoded> {
  try {
    return await readYamlBody(await readBody(request.body, header(request, 'content-encoding')));
  } catch (error) {
    if (error instanceof Undecodable)
      throw badRequest(`error decoding YAML: error converting YAML to JSON: ${error.fault}`);
    if (error instanceof ApiError && error.message.startsWith('error converting YAML'))
      throw badRequest(`error decoding YAML: ${error.message}`);
    throw error;
  }
}

/** 415 for a kind of patch that is none here; for built-in kinds, Kubernetes does not say which there are. */
function unsupported(builtin: boolean): ApiError {
  const forms = [JSON_PATCH, MERGE, APPLY].join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${forms}`;
  return new ApiError('UnsupportedMediaType', builtin ? '415: Unsupported Media Type' : message);
}
