import {
  ApiError,
  type ApiResponse,
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  badRequest,
  type Json,
  type KubeObject,
} from '@drover/api';
import { metadataShape } from '../registry/metadata.js';
import { appliedObject } from '../registry/ownership.js';
import { servedVersion } from '../registry/view.js';
import { type Change, type UpdateRules, updateObject } from '../registry/write.js';
import { readBody } from '../request/body.js';
import { decodeYamlBody, parseJson } from '../request/decode.js';
import { writeOptions } from '../request/query.js';
import { header } from '../request/response.js';
import { type Call, type Verbs, writeContext } from './call.js';
import { asObject, mediaType } from './object-body.js';
import { writtenResponse } from './write.js';

const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';
/** Operations of one JSON patch (apiserver maxJSONPatchOperations). */
const JSON_PATCH_OPERATIONS = 10_000;

/** PATCH of an object or its status, in the form its content type says. */
export async function patch(verbs: Verbs, call: Call): Promise<ApiResponse> {
  const { core } = verbs;
  const { namespace, name = '' } = call;
  const { change, rules } = mediaType(call.request) === APPLY ? await apply(verbs, call) : await edit(call);
  const written = await updateObject(core, writeContext(call), { namespace, name }, change, rules);
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
  const { request, query, served, name } = call;
  const { force, fieldManager } = writeOptions(query);
  if (fieldManager === undefined)
    throw badRequest(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const document = decodeYamlBody(await readBody(request.body, header(request, 'content-encoding')));
  if (typeof document !== 'object' || document === null) throw badRequest('the body is not an object');
  const said = document as Record<string, unknown>;
  if (said['kind'] === undefined || said['apiVersion'] === undefined)
    throw badRequest('apply needs apiVersion and kind');
  const applied = asObject(document, served.definition.kind, servedVersion(served));
  const wrong = metadataShape(applied.metadata);
  if (wrong !== undefined) throw badRequest(wrong);
  if (applied.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  if (applied.metadata.name !== undefined && applied.metadata.name !== name) {
    throw badRequest(`name in URL does not match name in the object: ${applied.metadata.name}`);
  }
  applied.metadata.name = name ?? '';
  const context = writeContext(call);
  const merge = (live: KubeObject | undefined): KubeObject =>
    appliedObject(context, core.clock.now(), live, applied, force);
  return {
    change: (current) => merge(current),
    rules: {
      replace: false,
      managersTracked: true,
      ...(call.part === 'main' ? { create: async () => merge(undefined) } : {}),
    },
  };
}

function unsupported(builtin: boolean): ApiError {
  const forms = ['application/json-patch+json', 'application/merge-patch+json', ...(builtin ? [STRATEGIC] : []), APPLY];
  return new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${forms.join(', ')}`,
  );
}
