import { ApiError, unavailable } from '@drover/api';
import type { Endpoints, Service } from '@drover/api/types/core-v1';
import type { EndpointSlice } from '@drover/api/types/discovery-v1';
import type { RandomBytes } from '@drover/kit';
import type { ObjectReader } from '../catalog/strategy.js';
import type { ServicePort } from './client-config.js';

const CORE = (plural: string) => ({ group: '', plural });
const SLICES = { group: 'discovery.k8s.io', plural: 'endpointslices' };
/** Label of an EndpointSlice that names its Service. */
const SERVICE_NAME = 'kubernetes.io/service-name';

/** Where a connection goes: an address, or the host that an ExternalName names. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Finds where a Service really is. There is no kube-proxy behind this server, so a Service's own address leads nowhere: what
 * answers is one of the addresses that its EndpointSlices or Endpoints name.
 */
export class ServiceAddresses {
  constructor(
    readonly objects: ObjectReader,
    readonly random: RandomBytes,
  ) {}

  /** One address of the Service's port, another one each time. @throws ApiError NotFound, ServiceUnavailable. */
  resolve(service: ServicePort): Address {
    const addresses = this.all(service);
    const [byte = 0, more = 0] = this.random(2);
    const chosen = addresses[((byte << 8) | more) % addresses.length];
    if (chosen === undefined) throw unavailable(`no endpoints available for service ${JSON.stringify(service.name)}`);
    return chosen;
  }

  /** Every address of the Service's port. @throws ApiError NotFound, ServiceUnavailable. */
  all({ namespace, name, port }: ServicePort): readonly Address[] {
    const service = this.objects.get(CORE('services'), { namespace, name }) as Service | undefined;
    if (service === undefined) throw new ApiError('NotFound', `service ${JSON.stringify(name)} not found`);
    const { type, externalName = '', ports = [] } = service.spec ?? {};
    if (type === 'ExternalName') return [{ host: externalName, port }];
    const found = ports.find((candidate) => candidate.port === port);
    if (found === undefined) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
    return this.endpoints(namespace, name, found.name) ?? [];
  }

  /** What a Service's endpoints say of the port of that name; `undefined` when there are none at all. */
  endpoints(namespace: string, name: string, portName = ''): readonly Address[] | undefined {
    const slices = (this.objects.list(SLICES, namespace) as readonly EndpointSlice[]).filter(
      ({ metadata }) => metadata.labels?.[SERVICE_NAME] === name,
    );
    if (slices.length > 0) return slices.flatMap((slice) => ready(slice, portName));
    const endpoints = this.objects.get(CORE('endpoints'), { namespace, name }) as Endpoints | undefined;
    return endpoints?.subsets?.flatMap(({ addresses = [], ports = [] }) =>
      ports
        .filter((port) => (port.name ?? '') === portName)
        .flatMap(({ port }) => addresses.map(({ ip }) => ({ host: ip, port }))),
    );
  }
}

function ready({ endpoints = [], ports = [] }: EndpointSlice, portName: string): Address[] {
  const numbers = ports.flatMap(({ name = '', port }) => (name === portName && port !== undefined ? [port] : []));
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.flatMap((host) => numbers.map((port) => ({ host, port }))));
}
