import { isIP } from 'node:net';
import type { KubeObject } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { GroupResource, Objects } from '../controllers/controller.js';
import { defaultLevels, defaultSchemas, FLOW_SCHEMAS, PRIORITY_LEVELS } from '../fairness/default-objects.js';
import { SYSTEM_NAMESPACES } from '../strategies/namespace.js';
import { SYSTEM_PRIORITY_CLASSES } from '../strategies/priority-class.js';
import { API_SERVER_ADDRESS } from '../strategies/service.js';
import { reconcileDefaultRbac } from './default-rbac.js';
import { ensure } from './ensure.js';

const CORE = (plural: string): GroupResource => ({ group: '', plural });
const PRIORITIES: GroupResource = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };
const SLICES: GroupResource = { group: 'discovery.k8s.io', plural: 'endpointslices' };

/**
 * Makes what each cluster starts with, where it is missing: namespaces, default roles and bindings, the priority classes of the
 * system, and the `kubernetes` Service.
 */
export async function bootstrapCluster(
  objects: Objects,
  advertise: { readonly host: string; readonly port: number },
  clock: Clock,
): Promise<void> {
  await Promise.all(
    SYSTEM_NAMESPACES.map((name) => ensure(objects, CORE('namespaces'), object('v1', 'Namespace', name))),
  );
  await Promise.all([
    reconcileDefaultRbac(objects),
    ...SYSTEM_PRIORITY_CLASSES.map((wanted) => ensure(objects, PRIORITIES, wanted)),
    ensureApiService(objects, advertise),
    ensureTokenTracking(objects, clock),
    ensureFlowControl(objects),
  ]);
}

/** Where programs inside look for the API. Endpoints take addresses only; a name that is advertised is not told there. */
async function ensureApiService(objects: Objects, { host, port }: { host: string; port: number }): Promise<void> {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const service = {
    ...object('v1', 'Service', 'kubernetes', 'default', labels),
    spec: {
      type: 'ClusterIP',
      clusterIP: API_SERVER_ADDRESS,
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: port }],
    },
  };
  await ensure(objects, CORE('services'), service);
  if (isIP(host) === 0 || host.startsWith('127.') || host === '::1') return;
  const subsets = [{ addresses: [{ ip: host }], ports: [{ name: 'https', port, protocol: 'TCP' }] }];
  const endpoints = { ...object('v1', 'Endpoints', 'kubernetes', 'default', labels), subsets };
  await ensure(objects, CORE('endpoints'), endpoints);
  await objects.update(
    CORE('endpoints'),
    { namespace: 'default', name: 'kubernetes' },
    (current) => ({ ...current, subsets }) as KubeObject,
  );
  await ensureSlice(objects, host, port);
}

/** The same in the newer form. */
async function ensureSlice(objects: Objects, host: string, port: number): Promise<void> {
  const named = { 'kubernetes.io/service-name': 'kubernetes' };
  const where = {
    endpoints: [{ addresses: [host], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  };
  const slice = {
    ...object('discovery.k8s.io/v1', 'EndpointSlice', 'kubernetes', 'default', named),
    addressType: isIP(host) === 6 ? 'IPv6' : 'IPv4',
    ...where,
  };
  await ensure(objects, SLICES, slice);
  const ref = { namespace: 'default', name: 'kubernetes' };
  await objects.update(SLICES, ref, (current) => ({ ...current, ...where }) as KubeObject);
}

/** Since when uses of the tokens in Secrets are noted on them, for who looks for unused ones. */
async function ensureTokenTracking(objects: Objects, clock: Clock): Promise<void> {
  const name = 'kube-apiserver-legacy-service-account-token-tracking';
  const since = new Date(clock.now()).toISOString().slice(0, 10);
  const tracking = { ...object('v1', 'ConfigMap', name, 'kube-system'), data: { since } };
  await ensure(objects, CORE('configmaps'), tracking);
}

async function ensureFlowControl(objects: Objects): Promise<void> {
  await Promise.all([
    ...defaultLevels.map((level) => ensure(objects, PRIORITY_LEVELS, level)),
    ...defaultSchemas.map((schema) => ensure(objects, FLOW_SCHEMAS, schema)),
  ]);
}

function object(
  apiVersion: string,
  kind: string,
  name: string,
  namespace?: string,
  labels?: Record<string, string>,
): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), ...(labels ? { labels } : {}) } };
}
