import {
  ApiError,
  type ApiRequest,
  type ApiResponse,
  type Authorize,
  forbidden,
  type Identity,
  notServed,
  type PathHandler,
  toStatus,
} from '@drover/api';
import { empty, notImplemented, text } from '../answer.js';
import type { Late, View } from '../view.js';
import { downloadImage, uploadImage } from './image.js';
import { isMachineAction, machineAction } from './machine.js';

const PREFIX = '/v1/harvester/';

/** A request to one object of Harvester's own API. */
export interface ObjectRequest {
  readonly namespace: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly request: ApiRequest;
  readonly view: View;
  /** @throws ApiError 403 when the caller may not, with what is missing */
  require(verb: string, group: string, resource: string, subresource?: string): void;
}

/**
 * Harvester's own API beside Kubernetes': actions on machines, upload and download of images, each done in the caller's name: what
 * RBAC does not let the caller do by Kubernetes' API is not done here either. Objects themselves are served by Kubernetes' API.
 */
export function harvesterPaths(late: Late<View>): PathHandler {
  return {
    prefix: PREFIX,
    isLongRunning: isTransfer,
    async handle(request, identity, authorize) {
      try {
        return await answer(request, identity, authorize, late);
      } catch (error) {
        // Harvester answers its actions' failures in plain text.
        if (error instanceof ApiError) return text(error.code, error.message);
        return text(500, toStatus(error).message ?? '');
      }
    },
  };
}

/** An image on its way takes as long as it takes. */
function isTransfer({ url }: ApiRequest): boolean {
  const [path = '', search] = url.split('?');
  const query = new URLSearchParams(search);
  return query.get('action') === 'upload' || query.get('link') === 'download' || path.endsWith('/download');
}

async function answer(
  request: ApiRequest,
  identity: Identity,
  authorize: Authorize,
  late: Late<View>,
): Promise<ApiResponse> {
  const url = URL.canParse(request.url, 'http://host') ? new URL(request.url, 'http://host') : undefined;
  const segments = url?.pathname.slice(PREFIX.length).split('/') ?? [];
  const [type = '', namespace, name, link, ...rest] = segments.map(decode);
  if (url === undefined || namespace === undefined || name === undefined || rest.length > 0) throw notServed();
  const action = url.searchParams.get('action');
  const context: ObjectRequest = {
    namespace,
    name,
    query: url.searchParams,
    request,
    view: late.required,
    require(verb, group, resource, subresource) {
      const decision = authorize({
        verb,
        group,
        resource,
        namespace,
        name,
        ...(subresource === undefined ? {} : { subresource }),
      });
      if (decision.allowed) return;
      const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
      throw forbidden(
        { group, plural: whole },
        name,
        `User "${identity.name}" cannot ${verb} resource "${whole}" in API group "${group}" in the namespace "${namespace}"`,
      );
    },
  };
  if (isKind(type, 'kubevirt.io.virtualmachine') && request.method === 'POST' && action !== null) {
    if (!isMachineAction(action)) throw notImplemented(`the action ${action} on virtual machines`);
    await machineAction(action, context);
    return empty(204);
  }
  if (isKind(type, 'harvesterhci.io.virtualmachineimage')) {
    if (request.method === 'POST' && action === 'upload') return uploadImage(context);
    if (request.method === 'GET' && (link === 'download' || url.searchParams.get('link') === 'download'))
      return downloadImage(context);
    if (action !== null) throw notImplemented(`the action ${action} on images`);
  }
  throw notServed();
}

const isKind = (type: string, singular: string): boolean => type === singular || type === `${singular}s`;

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notServed();
  }
}
