import type { ConnectionTransport } from '@drover/client';
import { askAs } from './asking.js';
import type { Asked, Asker, Probe } from './probe.js';

/** A Kubernetes API as people reach it through the server. */
export interface ProbedApi {
  /** Path of the API on the server: empty for the server's own. */
  readonly base: string;
  readonly places: readonly Place[];
  /** Name of the object that a request is about; not every kind has one of it, which then is a 404 for who may ask. */
  readonly objectOf: (resource: string) => string;
}

/** Where objects are tried. */
export interface Place {
  /** How the matrix calls it. */
  readonly name: string;
  readonly namespace: string;
  /** The verbs that are tried there. Default: all. */
  readonly verbs?: readonly string[];
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/**
 * Every verb of every resource and subresource that an API's discovery lists, in each of its places. Nothing is changed: writes
 * are dry runs, which end after admission.
 */
export async function kubernetesProbes(
  transport: ConnectionTransport,
  administrator: Asker,
  api: ProbedApi,
): Promise<Probe[]> {
  const read = async (path: string): Promise<unknown> => {
    const { text } = await askAs(transport, administrator, { method: 'GET', path: `${api.base}${path}` });
    return JSON.parse(text);
  };
  const { groups } = (await read('/apis')) as { groups: { preferredVersion: { groupVersion: string } }[] };
  const versions = ['v1', ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion).sort()];
  const probes: Probe[] = [];
  for (const groupVersion of versions) {
    const path = groupVersion === 'v1' ? '/api/v1' : `/apis/${groupVersion}`;
    const { resources } = (await read(path)) as { resources: Resource[] };
    for (const resource of resources) probes.push(...resourceProbes(api, groupVersion, path, resource));
  }
  return probes;
}

/** Subresources that no discovery of ours lists. Who may not use them must be told so, and not that there are none. */
export function unlistedProbes(api: ProbedApi, unlisted: readonly (readonly [path: string, verbs: string])[]): Probe[] {
  return unlisted.flatMap(([path, verbs]) => {
    const segments = path.split('/').slice(1);
    const groupPath = `/${segments.splice(0, segments[0] === 'api' ? 2 : 3).join('/')}`;
    const groupVersion = segments.length === 0 ? '' : groupPath.replace(/^\/apis?\//, '');
    const resource = { name: segments.join('/'), kind: '', namespaced: true, verbs: verbs.split(' ') };
    return resourceProbes(api, groupVersion, groupPath, resource);
  });
}

function resourceProbes(api: ProbedApi, groupVersion: string, path: string, resource: Resource): Probe[] {
  const group = groupVersion.includes('/') ? groupVersion.split('/')[0] : 'core';
  if (!resource.namespaced)
    return verbProbes(api, `${group} ${resource.name}`, groupVersion, path, resource, undefined);
  return api.places.flatMap((place) =>
    verbProbes(api, `${group} ${resource.name} in ${place.name}`, groupVersion, path, resource, place),
  );
}

function verbProbes(
  { base, objectOf }: ProbedApi,
  heading: string,
  groupVersion: string,
  path: string,
  { name, kind, verbs }: Resource,
  place: Place | undefined,
): Probe[] {
  const [plural = '', ...subresource] = name.split('/');
  const collection = `${base}${path}${place === undefined ? '' : `/namespaces/${place.namespace}`}/${plural}`;
  const objectName = objectOf(name);
  const object = [collection, objectName, ...subresource].join('/');
  const metadata = {
    name: subresource.length === 0 ? NEW_NAME : objectName,
    ...(place === undefined ? {} : { namespace: place.namespace }),
  };
  const body = { apiVersion: groupVersion, kind, metadata };
  const target = subresource.length === 0 ? collection : object;
  const requests: Readonly<Record<string, Asked>> = {
    get: { method: 'GET', path: object },
    list: { method: 'GET', path: `${collection}?limit=1` },
    watch: { method: 'GET', path: `${collection}?watch=true`, endless: true },
    create: { method: 'POST', path: `${target}?dryRun=All`, body },
    update: {
      method: 'PUT',
      path: `${object}?dryRun=All`,
      // KubeVirt's verbs are told in the body that they are only tried.
      body: { ...body, metadata: { ...metadata, name: objectName }, dryRun: ['All'] },
    },
    patch: {
      method: 'PATCH',
      path: `${object}?dryRun=All`,
      body: {},
      headers: { 'content-type': 'application/merge-patch+json' },
    },
    delete: { method: 'DELETE', path: `${object}?dryRun=All` },
    deletecollection: { method: 'DELETE', path: `${collection}?dryRun=All` },
  };
  return verbs
    .filter((verb) => place?.verbs === undefined || place.verbs.includes(verb))
    .map((verb): Probe => {
      const asked = requests[verb];
      if (asked === undefined) throw new Error(`${heading} has a verb that nobody tries: ${verb}`);
      return { heading, verb, changes: !READS.has(verb), request: () => asked };
    });
}

const READS = new Set(['get', 'list', 'watch']);
/** Of objects that are made in dry runs. */
const NEW_NAME = 'matrix';
