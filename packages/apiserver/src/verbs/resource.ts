import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Attributes,
  badRequest,
  formatFieldSelector,
  type Identity,
  methodNotAllowed,
  notFound,
  notServed,
} from '@drover/api';
import { builtinResources } from '@drover/api/schemas';
import type { Served } from '../catalog/definition.js';
import type { Part } from '../catalog/strategy.js';
import { selectedName } from '../registry/selection.js';
import { representation } from '../request/negotiation.js';
import { flag } from '../request/options.js';
import { header } from '../request/response.js';
import { type ResourceTarget, verbOf } from '../request/target.js';
import { UnknownPath, unknownIn } from '../request/unknown-path.js';
import type { Call, Verbs } from './call.js';
import { isComponentStatus, serveComponentStatus } from './component-status.js';
import { admitConnection } from './connect.js';
import { patch } from './patch.js';
import { get, list, watch } from './read.js';
import { scale } from './scale.js';
import { withWarnings } from './warning.js';
import { create, remove, removeCollection, replace } from './write.js';

/** What RBAC is asked for a request about a resource. @throws ApiError MethodNotAllowed. */
export function attributesOf(
  method: string,
  target: ResourceTarget,
  query: URLSearchParams,
): Extract<Attributes, { resource: string }> {
  const verb = verbOf(method, target, flag(query, 'watch'));
  if (verb === undefined) throw methodNotAllowed();
  const { group, resource, subresource, authorizedIn } = target;
  const namespace = target.namespace ?? authorizedIn;
  const name = target.name ?? selectedName(query.get('fieldSelector') ?? '');
  return { verb, group, resource, subresource, namespace, name };
}

/** Serves an authorized request about stored objects. */
export async function serveObjects(
  verbs: Verbs,
  request: ApiRequest,
  query: URLSearchParams,
  target: ResourceTarget,
  verb: string,
  identity: Identity,
  annotate: Call['annotate'] = () => {},
): Promise<ApiResponse> {
  const served = verbs.core.catalog.served(target.group, target.version, target.resource);
  if (served === undefined) {
    if (isComponentStatus(target)) return serveComponentStatus(verbs.core.store, request, query, target, verb);
    throw unknownIn(target.group);
  }
  const { definition } = served;
  if (request.method === 'HEAD' && (definition.builtin || verb === 'watch')) throw methodNotAllowed();
  if (!definition.verbs.includes(verb)) throw methodNotAllowed();
  const namespace = placeOf(target, served, verb);
  const warnings: string[] = [];
  const part = partOf(target, served);
  if (part === undefined) {
    await admitConnection(verbs.core, target, served, { query, identity, warnings, annotate });
    throw notImplemented(target);
  }
  if (target.watched && part !== 'main') throw notServed();
  const place = { served, namespace, name: target.name, part };
  const asked = target.watched ? watchQuery(query, target.name) : query;
  const plural = verb === 'list' || verb === 'deletecollection';
  // Before anything is done: a caller that takes no answer we could give changes nothing.
  const form = representation(header(request, 'accept'), asked, {
    builtin: definition.builtin,
    plural,
    ...(definition.builtin ? { of: definition } : {}),
  });
  const call: Call = { request, query: asked, ...place, form, identity, warnings, annotate };
  const response = await serve(verbs, call, verb);
  if (served.version.deprecation !== undefined) warnings.unshift(served.version.deprecation);
  return withWarnings(response, warnings);
}

async function serve(verbs: Verbs, call: Call, verb: string): Promise<ApiResponse> {
  const { part, served } = call;
  if (part === 'scale' && served.version.scale !== undefined) return scale(verbs, call, served.version.scale);
  switch (verb) {
    case 'get':
      return get(verbs, call);
    case 'list':
      return list(verbs, call);
    case 'watch':
      return watch(verbs, call);
    case 'create':
      if (part !== 'main' || call.name !== undefined) throw methodNotAllowed();
      return create(verbs, call);
    case 'update':
      if (call.name === undefined) throw methodNotAllowed();
      return replace(verbs, call);
    case 'patch':
      if (call.name === undefined) throw methodNotAllowed();
      return patch(verbs, call);
    case 'delete':
      if (part !== 'main') throw methodNotAllowed();
      return remove(verbs, call);
    case 'deletecollection':
      return removeCollection(verbs, call);
    default:
      throw methodNotAllowed();
  }
}

/** What the old path of a watch asks, as it is asked of the collection. @throws ApiError BadRequest for fields of another name. */
function watchQuery(query: URLSearchParams, name: string | undefined): URLSearchParams {
  const asked = new URLSearchParams(query);
  asked.set('watch', 'true');
  if (name === undefined) return asked;
  const selector = query.get('fieldSelector') ?? '';
  if (selector === '')
    asked.set('fieldSelector', formatFieldSelector([{ field: 'metadata.name', operator: '=', value: name }]));
  else if (selectedName(selector) !== name)
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  return asked;
}

/** The namespace a request is about. Kinds are never reached through a place they are not in. */
function placeOf(target: ResourceTarget, { definition }: Served, verb: string): string | undefined {
  if (definition.namespaced) {
    const everywhere = target.namespace === undefined;
    if (everywhere && (target.name !== undefined || !['list', 'watch'].includes(verb))) {
      if (!definition.builtin) throw new UnknownPath();
      throw target.name === undefined && verb !== 'get' ? methodNotAllowed() : notServed();
    }
    return target.namespace;
  }
  if (target.namespace !== undefined) throw definition.builtin ? notServed() : new UnknownPath();
  return undefined;
}

/** The part of the object that is addressed; `undefined` for one that Kubernetes has and this server has not. */
function partOf({ subresource, name = '' }: ResourceTarget, { version, definition }: Served): Part | undefined {
  if (subresource === undefined) return 'main';
  if (subresource === 'status' && version.status) return 'status';
  if (subresource === 'scale' && version.scale !== undefined) return 'scale';
  if (subresource === 'finalize' && definition.strategy.heldBack !== undefined) return 'finalize';
  if (!definition.builtin) throw notFound(definition, name);
  if (!isKnownSubresource(definition, subresource)) throw notServed();
  return undefined;
}

function notImplemented({ resource, subresource }: ResourceTarget): ApiError {
  const message = `the subresource ${resource}/${subresource} is not implemented by this server`;
  return new ApiError('Unknown', message, {}, { code: 501 });
}

/** Whether Kubernetes has such a part of the kind, so that its absence here is worth a word. */
function isKnownSubresource({ group, plural }: Served['definition'], name: string): boolean {
  const [first = ''] = name.split('/');
  return builtinResources().some(
    (resource) =>
      resource.group === group &&
      resource.plural === plural &&
      resource.subresources.some((subresource) => subresource.name.split('/')[0] === first),
  );
}
