import { isIP } from 'node:net';
import { type AggregatedApi, hasReason, type KubeObject, uncovered } from '@drover/api';
import { defaultRbac } from '@drover/api/schemas';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '@drover/api/types/rbac-v1';
import type { GroupResource, Objects } from '../controllers/controller.js';
import { API_SERVER_ADDRESS } from '../strategies/service.js';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const CORE = (plural: string): GroupResource => ({ group: '', plural });
/** Set to "false" by an administrator who wants a default role or binding left alone. */
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate';
const RBAC_PLURALS: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
};

/**
 * Makes what each cluster starts with, where it is missing: namespaces, default roles and bindings (rules and subjects that are
 * missing are added, none is taken away), the `kubernetes` Service, and an APIService for each aggregated group.
 */
export async function bootstrapCluster(
  objects: Objects,
  advertise: { readonly host: string; readonly port: number },
  aggregated: readonly AggregatedApi[],
): Promise<void> {
  await Promise.all(NAMESPACES.map((name) => ensure(objects, CORE('namespaces'), object('v1', 'Namespace', name))));
  await Promise.all([
    ...defaultRbac().map((wanted) => reconcileRbac(objects, wanted)),
    ensureApiService(objects, advertise),
    ...aggregated.map((api) => ensureAggregated(objects, api)),
  ]);
}

async function reconcileRbac(objects: Objects, wanted: ReturnType<typeof defaultRbac>[number]): Promise<void> {
  const resource = { group: 'rbac.authorization.k8s.io', plural: RBAC_PLURALS[wanted.kind] ?? '' };
  const { name = '', namespace } = wanted.metadata;
  const present = objects.get(resource, { name, namespace });
  if (present === undefined) return ensure(objects, resource, wanted);
  if (present.metadata.annotations?.[AUTOUPDATE] === 'false') return;
  if ('roleRef' in wanted) {
    await objects.update(resource, { name, namespace }, (current) => {
      const binding = current as ClusterRoleBinding;
      const subjects = missingSubjects(binding.subjects ?? [], wanted.subjects ?? []);
      return subjects.length === 0 ? undefined : { ...binding, subjects: [...(binding.subjects ?? []), ...subjects] };
    });
    return;
  }
  await objects.update(resource, { name, namespace }, (current) => {
    const role = current as ClusterRole;
    const rules: PolicyRule[] = uncovered(role.rules ?? [], wanted.rules ?? []);
    return rules.length === 0 ? undefined : { ...role, rules: [...(role.rules ?? []), ...rules] };
  });
}

function missingSubjects(present: readonly Subject[], wanted: readonly Subject[]): Subject[] {
  const key = ({ kind, name, namespace = '' }: Subject): string => `${kind}/${namespace}/${name}`;
  const known = new Set(present.map(key));
  return wanted.filter((subject) => !known.has(key(subject)));
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
}

async function ensureAggregated(objects: Objects, { group, version }: AggregatedApi): Promise<void> {
  const resource = { group: 'apiregistration.k8s.io', plural: 'apiservices' };
  const name = `${version}.${group}`;
  const spec = { group, version, groupPriorityMinimum: 1000, versionPriority: 15 };
  const service = { ...object('apiregistration.k8s.io/v1', 'APIService', name), spec };
  await ensure(objects, resource, service);
  const local = {
    type: 'Available',
    status: 'True',
    reason: 'Local',
    message: 'Local APIServices are always available',
  };
  await objects.update(
    resource,
    { name },
    (current) => ({ ...current, status: { conditions: [local] } }) as KubeObject,
    { subresource: 'status' },
  );
}

async function ensure(objects: Objects, resource: GroupResource, wanted: KubeObject): Promise<void> {
  const { name = '', namespace } = wanted.metadata;
  if (objects.get(resource, { name, namespace }) !== undefined) return;
  try {
    await objects.create(resource, wanted);
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error;
  }
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
