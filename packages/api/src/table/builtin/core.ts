import type {
  ComponentStatus,
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  ResourceQuota,
  Secret,
  Service,
  ServiceAccount,
} from '../../generated/types/core-v1.js';
import { formatAge } from '../age.js';
import { AGE, type Column, count, joined, labelText, NAME, NONE, text, wide } from '../column.js';

const size = (record: object | undefined): number => Object.keys(record ?? {}).length;

/** What a table shows of a ComponentStatus: its only condition. */
export const componentStatusColumns: Column<ComponentStatus>[] = [
  NAME,
  text('Status', (status) => (healthOf(status)?.status === 'True' ? 'Healthy' : 'Unhealthy')),
  text('Message', (status) => healthOf(status)?.message ?? ''),
  text('Error', (status) => healthOf(status)?.error ?? ''),
];

const healthOf = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy');

/** What a table shows of a Namespace. */
export const namespaceColumns: Column<Namespace>[] = [NAME, text('Status', ({ status }) => status?.phase ?? ''), AGE];

/** What a table shows of a Secret. */
export const secretColumns: Column<Secret>[] = [
  NAME,
  text('Type', ({ type }) => type ?? ''),
  count('Data', ({ data }) => size(data)),
  AGE,
];

/** What a table shows of a ConfigMap. */
export const configMapColumns: Column<ConfigMap>[] = [
  NAME,
  count('Data', ({ data, binaryData }) => size(data) + size(binaryData)),
  AGE,
];

/** What a table shows of a ServiceAccount. */
export const serviceAccountColumns: Column<ServiceAccount>[] = [
  NAME,
  count('Secrets', ({ secrets }) => secrets?.length ?? 0),
  AGE,
];

/** What a table shows of a Service. */
export const serviceColumns: Column<Service>[] = [
  NAME,
  text('Type', ({ spec }) => spec?.type ?? ''),
  text('Cluster-IP', ({ spec }) => spec?.clusterIP || NONE),
  text('External-IP', externalIp),
  text('Port(s)', ({ spec }) =>
    joined(
      (spec?.ports ?? []).map(
        ({ port, nodePort, protocol = 'TCP' }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`,
      ),
    ),
  ),
  AGE,
  wide(text('Selector', ({ spec }) => labelText(spec?.selector))),
];

function externalIp({ spec, status }: Service): string {
  if (spec?.type === 'ExternalName') return spec.externalName ?? '';
  const given = spec?.externalIPs ?? [];
  if (spec?.type !== 'LoadBalancer') return joined(given);
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname ?? '');
  const all = [...balanced, ...given].filter((address) => address !== '');
  return all.length === 0 ? '<pending>' : all.join(',');
}

/** What a table shows of an Endpoints. */
export const endpointsColumns: Column<Endpoints>[] = [
  NAME,
  text('Endpoints', ({ subsets }) =>
    joined(
      (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
        addresses.flatMap(({ ip }) => (ports.length === 0 ? [ip] : ports.map(({ port }) => `${ip}:${port}`))),
      ),
    ),
  ),
  AGE,
];

/** What a table shows of a ResourceQuota. */
export const resourceQuotaColumns: Column<ResourceQuota>[] = [
  NAME,
  text('Request', (quota) => usage(quota, (name) => !name.startsWith('limits.'))),
  text('Limit', (quota) => usage(quota, (name) => name.startsWith('limits.'))),
  AGE,
];

function usage({ status }: ResourceQuota, wanted: (name: string) => boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([name]) => wanted(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? 0}/${hard}`)
    .join(', ');
}

/** What a table shows of an Event. */
export const eventColumns: Column<Event>[] = [
  text('Last Seen', (event, now) => formatAge(lastSeen(event), now)),
  text('Type', ({ type }) => type ?? ''),
  text('Reason', ({ reason }) => reason ?? ''),
  text('Object', ({ involvedObject: { kind = '', name = '' } }) => `${kind.toLowerCase()}/${name}`),
  wide(text('Subobject', ({ involvedObject }) => involvedObject.fieldPath ?? '')),
  wide(
    text('Source', ({ source, reportingComponent = '' }) =>
      [source?.component ?? reportingComponent, source?.host ?? ''].filter((part) => part !== '').join(', '),
    ),
  ),
  text('Message', ({ message }) => (message ?? '').trim()),
  wide(text('First Seen', (event, now) => formatAge(event.firstTimestamp ?? event.eventTime, now))),
  wide(count('Count', ({ count: times, series }) => series?.count ?? (times || 1))),
  wide(NAME),
];

const lastSeen = ({ series, lastTimestamp, firstTimestamp, eventTime }: Event): string | undefined =>
  series?.lastObservedTime ?? lastTimestamp ?? firstTimestamp ?? eventTime;
