import {
  ApiError,
  type ApiResponse,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  badRequest,
  isJsonObject,
  type Json,
  type KubeObject,
} from '@drover/api';
import { appliedObject } from '../registry/ownership.js';
import { servedVersion } from '../registry/view.js';
import { type Change, type UpdateRules, updateObject } from '../registry/write.js';
import { readBody } from '../request/body.js';
import { decodeYamlBody, parseJson } from '../request/decode.js';
import { header } from '../request/response.js';
import { writeOptions } from '../request/write-options.js';
import { type Call, type Verbs, writeContext } from './call.js';
import { asObject, mediaType } from './object-body.js';
import { writtenResponse } from './write.js';

/** The content type of server-side apply. */
export const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';
/** Operations of one JSON patch (apiserver maxJSONPatchOperations). */
const JSON_PATCH_OPERATIONS = 10_000;

/** PATCH of an object or its status, in the form its content type says. */
export async function patch(verbs: Verbs, call: Call): Promise<ApiResponse> {
  const { core } = verbs;
  const { namespace, name = '' } = call;
  const applies = mediaType(call.request) === APPLY;
  const { change, rules } = applies ? await apply(verbs, call) : await edit(call);
  const context = writeContext(call, applies ? 'apply' : 'patch');
  const written = await updateObject(core, context, { namespace, name }, change, rules);
  return writtenResponse(core.clock.now(), call, written);
}

interface Edit {
  readonly change: Change;
  readonly rules: UpdateRules;
}

async function edit(call: Call): Promise<Edit> {
  const patched = patcher(call, await patchDocument(call));
  return {
    rules: { replace: false },
    change: (current) => {
      const next = patched(current);
      return asObject(next, current.kind, current.apiVersion);
    },
  };
}

/** The function from the present object to the wanted one. */
export function patcher({ request, served }: Call, document: Json): (current: KubeObject) => unknown {
  switch (mediaType(request)) {
    case 'application/json-patch+json':
      if (Array.isArray(document) && document.length > JSON_PATCH_OPERATIONS) {
        throw new ApiError(
          'RequestEntityTooLarge',
          `The allowed maximum operations in a JSON patch is ${JSON_PATCH_OPERATIONS}`,
        );
      }
      return (current) => applyJsonPatch(current as unknown as Json, document);
    case 'application/merge-patch+json':
      return (current) => applyMergePatch(current as unknown as Json, document);
    case STRATEGIC: {
      if (!served.definition.builtin) break;
      const schema = served.version.schema();
      return (current) => applyStrategicPatch(current, document, schema);
    }
  }
  throw unsupported(served.definition.builtin);
}

/** The patch in a request's body, as JSON. */
export async function patchDocument({ request, served }: Call): Promise<Json> {
  const known = ['application/json-patch+json', 'application/merge-patch+json', STRATEGIC];
  if (!known.includes(mediaType(request))) throw unsupported(served.definition.builtin);
  return parseJson(await readBody(request.body, header(request, 'content-encoding')));
}

async function apply({ core }: Verbs, call: Call): Promise<Edit> {
  const { served, part } = call;
  const { applied, force } = await appliedBody(call, served.definition.kind, servedVersion(served));
  const context = writeContext(call, 'apply');
  const merge = (live: KubeObject | undefined): KubeObject =>
    appliedObject(context, core.clock.now(), live, applied, force);
  return {
    change: (current) => merge(current),
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
): Promise<{ readonly applied: KubeObject; readonly force: boolean }> {
  const { force } = writeOptions(query, 'apply');
  const document = decodeYamlBody(await readBody(request.body, header(request, 'content-encoding')));
  const said = isJsonObject(document) ? document : {};
  const [group = '', bare] = String(said['apiVersion'] ?? '').split('/');
  if (said['kind'] !== kind || said['apiVersion'] !== version) {
    const named = bare === undefined ? `/${group}` : `${group}/${bare}`;
    throw badRequest(`invalid object type: ${named}, Kind=${String(said['kind'] ?? '')}`);
  }
  return { applied: asObject(document, kind, version), force };
}

function unsupported(builtin: boolean): ApiError {
  const forms = ['application/json-patch+json', 'application/merge-patch+json', ...(builtin ? [STRATEGIC] : []), APPLY];
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${forms.join(', ')}`,
  );
}
