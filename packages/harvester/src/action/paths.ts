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
import type { RandomBytes } from '@drover/kit';
import { empty, notImplemented, text } from '../answer.js';
import type { Late, View } from '../view.js';
import { downloadImage, uploadImage } from './image.js';
import { MACHINE_ACTIONS, machineAction } from './machine.js';
import { cloneVolume, exportVolume, restoreSnapshot, snapshotVolume } from './volume.js';

const PREFIX = '/v1/harvester/';

/** A request to one object of Harvester's own API. */
export interface ObjectRequest {
  readonly namespace: string;
  readonly name: string;
  readonly query: URLSearchParams;
  readonly request: ApiRequest;
  readonly view: View;
  readonly random: RandomBytes;
  /** Whether the caller may, with this object or one elsewhere. @throws ApiError 403 when not, with what is missing */
  require(
    verb: string,
    group: string,
    resource: string,
    options?: { readonly subresource?: string; readonly at?: { readonly namespace: string; readonly name?: string } },
  ): void;
}

/** Something that is done to an object of one type, by an action or by following one of its links. */
interface Deed {
  readonly method: 'GET' | 'POST';
  /** In the singular; a path may have the plural as well. */
  readonly type: string;
  readonly action?: string;
  readonly link?: string;
  readonly run: (request: ObjectRequest) => Promise<ApiResponse>;
}

const MACHINE = 'kubevirt.io.virtualmachine';
const IMAGE = 'harvesterhci.io.virtualmachineimage';
const CLAIM = 'persistentvolumeclaim';
const SNAPSHOT = 'snapshot.storage.k8s.io.volumesnapshot';
const WORDS: Readonly<Record<string, string>> = {
  [MACHINE]: 'virtual machines',
  [IMAGE]: 'images',
  [CLAIM]: 'volumes',
  [SNAPSHOT]: 'snapshots of volumes',
};

const DEEDS: readonly Deed[] = [
  ...MACHINE_ACTIONS.map(
    (action): Deed => ({
      method: 'POST',
      type: MACHINE,
      action,
      async run(request) {
        await machineAction(action, request);
        return empty(204);
      },
    }),
  ),
  { method: 'POST', type: IMAGE, action: 'upload', run: uploadImage },
  { method: 'GET', type: IMAGE, link: 'download', run: downloadImage },
  { method: 'POST', type: CLAIM, action: 'snapshot', run: snapshotVolume },
  { method: 'POST', type: CLAIM, action: 'clone', run: cloneVolume },
  { method: 'POST', type: CLAIM, action: 'export', run: exportVolume },
  { method: 'POST', type: SNAPSHOT, action: 'restore', run: restoreSnapshot },
];

/** Every path that is served here, with `:namespace` and `:name` to be filled in, for whoever reviews what can be reached. */
export const HARVESTER_ROUTES: readonly { readonly method: string; readonly path: string }[] = DEEDS.map(
  ({ method, type, action, link }) => {
    const object = `${PREFIX}${type}s/:namespace/:name`;
    return { method, path: action === undefined ? `${object}/${link}` : `${object}?action=${action}` };
  },
);

/**
 * Harvester's own API beside Kubernetes': actions on machines, upload and download of images, each done in the caller's name: what
 * RBAC does not let the caller do by Kubernetes' API is not done here either. Objects themselves are served by Kubernetes' API.
 */
export function harvesterPaths(late: Late<View>, random: RandomBytes): PathHandler {
  return {
    prefix: PREFIX,
    isLongRunning: isTransfer,
    async handle(request, identity, authorize) {
      try {
        return await answer(request, identity, authorize, late, random);
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
  random: RandomBytes,
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
    random,
    require(verb, group, resource, { subresource, at = { namespace, name } } = {}) {
      const decision = authorize({
        verb,
        group,
        resource,
        ...at,
        ...(subresource === undefined ? {} : { subresource }),
      });
      if (decision.allowed) return;
      const whole = subresource === undefined ? resource : `${resource}/${subresource}`;
      throw forbidden(
        { group, plural: whole },
        at.name ?? '',
        `User "${identity.name}" cannot ${verb} resource "${whole}" in API group "${group}" in the namespace "${at.namespace}"`,
      );
    },
  };
  const wanted = link ?? url.searchParams.get('link');
  const deeds = DEEDS.filter((deed) => type === deed.type || type === `${deed.type}s`);
  const deed = deeds.find(
    ({ method, action: acted, link: followed }) =>
      method === request.method && (acted === undefined ? followed === wanted : acted === action),
  );
  if (deed !== undefined) return deed.run(context);
  const [{ type: singular } = { type: '' }] = deeds;
  if (action !== null && singular !== '') throw notImplemented(`the action ${action} on ${WORDS[singular]}`);
  throw notServed();
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw notServed();
  }
}
