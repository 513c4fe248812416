import {
  type AggregatedApi,
  type ApiRequest,
  decodeJson,
  type Identity,
  isJsonObject,
  type Json,
  SYSTEM_MASTERS,
} from '@drover/api';
import type { Service } from '@drover/api/types/core-v1';
import type { ObjectReader } from '../catalog/strategy.js';
import { readBody } from '../request/body.js';
import type { RemoteApi } from './remote-api.js';

/** Whether an extension server answers, and why not. */
export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  /** What it has, when it answered. */
  readonly resources?: AggregatedApi['resources'];
}

const CORE = (plural: string) => ({ group: '', plural });
/** As whom an extension server is asked what it has: whoever may everything sees everything. */
export const AGGREGATOR: Identity = { name: 'system:kube-aggregator', groups: [SYSTEM_MASTERS], extra: {} };

/** Asks whether what an APIService registers can be served. `signal` ends the question. */
export async function availability(api: RemoteApi, objects: ObjectReader, signal: AbortSignal): Promise<Availability> {
  return unreachable(api, objects) ?? (await discovered(api, signal));
}

/** What is wrong with the Service, before anybody is asked. */
function unreachable({ server }: RemoteApi, objects: ObjectReader): Availability | undefined {
  const { namespace, name, port } = server.service;
  const service = objects.get(CORE('services'), { namespace, name }) as Service | undefined;
  const subject = `service/${name} in ${JSON.stringify(namespace)}`;
  if (service === undefined) return missing('ServiceNotFound', `${subject} is not present`);
  const { type = 'ClusterIP', ports = [] } = service.spec ?? {};
  if (type !== 'ClusterIP') return undefined;
  const found = ports.find((candidate) => candidate.port === port);
  if (found === undefined) return missing('ServicePortError', `${subject} is not listening on port ${port}`);
  const addresses = server.addresses.endpoints(namespace, name, found.name);
  if (addresses === undefined) return missing('EndpointsNotFound', `cannot find endpoints for ${subject}`);
  if (addresses.length > 0) return undefined;
  const portName = JSON.stringify(found.name ?? '');
  return missing('MissingEndpoints', `endpoints for ${subject} have no addresses with port name ${portName}`);
}

async function discovered(api: RemoteApi, signal: AbortSignal): Promise<Availability> {
  const path = `/apis/${api.group}/${api.version}`;
  const request: ApiRequest = {
    method: 'GET',
    url: path,
    headers: { accept: 'application/json' },
    body: none(),
    signal,
  };
  const failed = (why: string): Availability => {
    const { host } = api.server;
    return missing('FailedDiscoveryCheck', `failing or missing response from https://${host}${path}: ${why}`);
  };
  try {
    const { status, body } = await api.forward(request, AGGREGATOR);
    if (status < 200 || status > 299) return failed(`bad status from https://${api.server.host}${path}: ${status}`);
    const chunks = body instanceof Uint8Array ? [body] : body;
    const document = decodeJson(await readBody(asStream(chunks), undefined));
    return { status: 'True', reason: 'Passed', message: 'all checks passed', resources: resourcesOf(document) };
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

function missing(reason: string, message: string): Availability {
  return { status: 'False', reason, message };
}

/** The resources of an APIResourceList, as it has them. */
function resourcesOf(document: Json): AggregatedApi['resources'] {
  const { resources } = isJsonObject(document) ? document : {};
  if (!Array.isArray(resources)) return [];
  return resources.filter(isJsonObject).map((resource) => ({
    ...resource,
    name: textOf(resource['name']),
    singularName: textOf(resource['singularName']),
    namespaced: resource['namespaced'] === true,
    kind: textOf(resource['kind']),
    verbs: Array.isArray(resource['verbs']) ? resource['verbs'].map(textOf) : [],
  }));
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

async function* none(): AsyncGenerator<Uint8Array> {}

async function* asStream(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
