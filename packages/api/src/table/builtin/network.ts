import type { EndpointSlice } from '../../generated/types/discovery-v1.js';
import type { Ingress, IngressClass, NetworkPolicy } from '../../generated/types/networking-v1.js';
import { formatLabelSelector, labelRequirements } from '../../selectors/label-selector.js';
import { AGE, type Column, joined, NAME, NONE, text } from '../column.js';

/** What a table shows of an Ingress. */
export const ingressColumns: Column<Ingress>[] = [
  NAME,
  text('Class', ({ spec }) => spec?.ingressClassName ?? NONE),
  text('Hosts', ({ spec }) => {
    const hosts = (spec?.rules ?? []).map(({ host }) => host || '*');
    return hosts.length === 0 ? '*' : hosts.join(',');
  }),
  text('Address', ({ status }) =>
    (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '').join(','),
  ),
  text('Ports', ({ spec }) => ((spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80')),
  AGE,
];

/** What a table shows of an IngressClass. */
export const ingressClassColumns: Column<IngressClass>[] = [
  NAME,
  text('Controller', ({ spec }) => spec?.controller ?? ''),
  text('Parameters', ({ spec }) => {
    const { parameters } = spec ?? {};
    if (!parameters) return NONE;
    const kind = parameters.apiGroup ? `${parameters.kind}.${parameters.apiGroup}` : parameters.kind;
    return `${kind}/${parameters.name}`;
  }),
  AGE,
];

/** What a table shows of a NetworkPolicy. */
export const networkPolicyColumns: Column<NetworkPolicy>[] = [
  NAME,
  text('Pod-Selector', ({ spec }) => formatLabelSelector(labelRequirements(spec?.podSelector ?? {})) || NONE),
  AGE,
];

/** What a table shows of an EndpointSlice. */
export const endpointSliceColumns: Column<EndpointSlice>[] = [
  NAME,
  text('AddressType', ({ addressType }) => addressType),
  text('Ports', ({ ports }) => (ports?.length ? ports.map(({ port }) => String(port ?? '*')).join(',') : '<unset>')),
  text('Endpoints', ({ endpoints }) => {
    const addresses = (endpoints ?? []).flatMap(({ addresses: all }) => all);
    return addresses.length === 0 ? '<unset>' : joined(addresses);
  }),
  AGE,
];
