import { builtinColumns, openSchema, type Schema } from '@drover/api';
import { type BuiltinResource, builtinResources, builtinSchemas } from '@drover/api/schemas';
import { apiService } from '../strategies/api-service.js';
import { controllerRevision } from '../strategies/controller-revision.js';
import { customResourceDefinition } from '../strategies/custom-resource-definition.js';
import { endpointSlice } from '../strategies/endpoint-slice.js';
import { event, newerEvent } from '../strategies/event.js';
import { flowSchema, priorityLevelConfiguration } from '../strategies/flow-control.js';
import { lease } from '../strategies/lease.js';
import { limitRange } from '../strategies/limit-range.js';
import { namespace } from '../strategies/namespace.js';
import { counted, plain } from '../strategies/plain.js';
import { pod } from '../strategies/pod.js';
import { priorityClass } from '../strategies/priority-class.js';
import { refused, unenforced } from '../strategies/refused.js';
import { resourceQuota } from '../strategies/resource-quota.js';
import { clusterRoles, roles } from '../strategies/role.js';
import { clusterRoleBindings, roleBindings } from '../strategies/role-binding.js';
import { configMap, secret } from '../strategies/secret.js';
import { service } from '../strategies/service.js';
import { persistentVolume, persistentVolumeClaim, storageClass, volumeAttachment } from '../strategies/storage.js';
import { validatingAdmissionPolicy } from '../strategies/validating-admission-policy.js';
import { validatingAdmissionPolicyBinding } from '../strategies/validating-admission-policy-binding.js';
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from '../strategies/webhook-configuration.js';
import { cronJob, daemonSet, deployment, job, replicaSet, statefulSet } from '../strategies/workload.js';
import { eventsConversion } from './conversion.js';
import {
  at,
  type ResourceDefinition,
  type ScaleDefinition,
  type Served,
  type VersionDefinition,
} from './definition.js';
import { builtinSelectable } from './selectable.js';
import type { Strategy } from './strategy.js';

/** What a built-in kind does in its own way; kinds that are not here are plain. */
const STRATEGIES: Readonly<Record<string, Strategy>> = {
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': mutatingWebhookConfiguration,
  'admissionregistration.k8s.io/validatingadmissionpolicies': validatingAdmissionPolicy,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': validatingAdmissionPolicyBinding,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': validatingWebhookConfiguration,
  'apiregistration.k8s.io/apiservices': apiService,
  'certificates.k8s.io/certificatesigningrequests': refused('signing of certificates is'),
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchema,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelConfiguration,
  '/configmaps': configMap,
  '/events': event,
  'events.k8s.io/events': newerEvent,
  '/limitranges': limitRange,
  '/namespaces': namespace,
  '/persistentvolumeclaims': persistentVolumeClaim,
  '/persistentvolumes': persistentVolume,
  '/pods': pod,
  '/replicationcontrollers': counted,
  '/resourcequotas': resourceQuota,
  '/secrets': secret,
  '/services': service,
  'apiextensions.k8s.io/customresourcedefinitions': customResourceDefinition,
  'autoscaling/horizontalpodautoscalers': unenforced(
    plain,
    'nothing scales by HorizontalPodAutoscalers on this server',
  ),
  'apps/controllerrevisions': controllerRevision,
  'apps/daemonsets': daemonSet,
  'apps/deployments': deployment,
  'apps/replicasets': replicaSet,
  'apps/statefulsets': statefulSet,
  'batch/cronjobs': cronJob,
  'batch/jobs': job,
  'coordination.k8s.io/leases': lease,
  'discovery.k8s.io/endpointslices': endpointSlice,
  'networking.k8s.io/ingresses': counted,
  'networking.k8s.io/networkpolicies': unenforced(counted, 'NetworkPolicies are kept, but not enforced by this server'),
  'policy/poddisruptionbudgets': counted,
  'rbac.authorization.k8s.io/clusterrolebindings': clusterRoleBindings,
  'rbac.authorization.k8s.io/clusterroles': clusterRoles,
  'rbac.authorization.k8s.io/rolebindings': roleBindings,
  'rbac.authorization.k8s.io/roles': roles,
  'scheduling.k8s.io/priorityclasses': priorityClass,
  'storage.k8s.io/storageclasses': storageClass,
  'storage.k8s.io/volumeattachments': volumeAttachment,
};

/** Kinds that a DELETE answers with (ReturnDeletedObject of their storage). */
const RETURNED = new Set([
  '/namespaces',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/pods',
  '/podtemplates',
  '/resourcequotas',
  '/serviceaccounts',
  '/services',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
]);

/** Kinds that a PUT makes where there is none (AllowCreateOnUpdate of their storage). */
const MADE_BY_PUT = new Set([
  '/endpoints',
  '/events',
  '/limitranges',
  '/services',
  'coordination.k8s.io/leases',
  'events.k8s.io/events',
  'node.k8s.io/runtimeclasses',
  'rbac.authorization.k8s.io/clusterrolebindings',
  'rbac.authorization.k8s.io/clusterroles',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/roles',
]);

/** Kinds that a PUT changes only as of the revision it names (no AllowUnconditionalUpdate of their storage). */
const CHANGED_AS_OF = new Set([
  'admissionregistration.k8s.io/mutatingwebhookconfigurations',
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/validatingwebhookconfigurations',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'coordination.k8s.io/leases',
  'node.k8s.io/runtimeclasses',
  'policy/poddisruptionbudgets',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/csistoragecapacities',
  'storage.k8s.io/volumeattachments',
]);

/** Fields that selectors of a kind may name (the conversion functions of each API group). */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'reason',
    'reportingController',
    'type',
  ],
  '/namespaces': ['status.phase'],
  '/nodes': ['spec.unschedulable'],
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/replicationcontrollers': ['status.replicas'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
};

/**
 * Kinds of the reference that this server does not store: how its components are, and bindings, which it acts on.
 * (`autoscaling/v1` is left out too: of a kind with several versions the newest is served.)
 */
const LEFT_OUT = new Set(['/componentstatuses', '/bindings']);

/** Kinds whose objects are those of another kind, in another form. */
const OTHER_FORMS: Readonly<
  Record<string, Required<Pick<ResourceDefinition, 'storedAs'> & Pick<VersionDefinition, 'convert'>>>
> = {
  'events.k8s.io/events': { storedAs: { group: '', plural: 'events', version: 'v1' }, convert: eventsConversion },
};

/** Every kind that is served without a CustomResourceDefinition. */
export function builtinDefinitions(): ResourceDefinition[] {
  const byKind = new Map<string, BuiltinResource[]>();
  for (const resource of builtinResources()) {
    const key = `${resource.group}/${resource.plural}`;
    if (LEFT_OUT.has(key) || !resource.verbs.includes('list')) continue;
    byKind.set(key, [...(byKind.get(key) ?? []), resource]);
  }
  return [...byKind].map(([key, versions]) => definition(key, versions));
}

const questions = new Map<string, Served>();

/** A built-in kind whose documents are answered and never stored; `undefined` when there is none of the name. */
export function questionKind(group: string, version: string, plural: string): Served | undefined {
  const key = `${group}/${version}/${plural}`;
  const known = questions.get(key);
  if (known !== undefined) return known;
  // Versions of a question differ in their name alone.
  const resource = builtinResources().find((candidate) => candidate.group === group && candidate.plural === plural);
  if (resource === undefined) return undefined;
  const kind = definition(`${group}/${plural}`, [{ ...resource, version }]);
  const [only] = kind.versions;
  if (only === undefined) return undefined;
  const served = { definition: kind, version: only };
  questions.set(key, served);
  return served;
}

function definition(key: string, resources: readonly BuiltinResource[]): ResourceDefinition {
  // The reference lists versions as discovery does, the preferred one first; others would need a conversion.
  const [resource] = [...resources].sort((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }));
  if (resource === undefined) throw new Error(`the kind ${key} has no version`);
  const { group, plural, singular, kind, namespaced, shortNames, categories, verbs, version } = resource;
  return {
    group,
    plural,
    singular,
    kind,
    listKind: `${kind}List`,
    namespaced,
    shortNames,
    categories,
    verbs,
    storageVersion: version,
    storedAs: OTHER_FORMS[key]?.storedAs,
    versions: [versionDefinition(key, resource)],
    strategy: {
      ...(STRATEGIES[key] ?? plain),
      returnsDeleted: RETURNED.has(key),
      createOnUpdate: MADE_BY_PUT.has(key),
      unconditionalUpdate: !CHANGED_AS_OF.has(key),
    },
    builtin: true,
    accepting: true,
    fingerprint: 'built-in',
  };
}

function versionDefinition(
  key: string,
  { group, plural, version, component, subresources }: BuiltinResource,
): VersionDefinition {
  const has = (name: string): boolean => subresources.some((subresource) => subresource.name === name);
  return {
    name: version,
    served: true,
    schema: once(() => openSchema(document(component), builtinSchemas())),
    document: () => document(component),
    component,
    convert: OTHER_FORMS[key]?.convert,
    columns: builtinColumns(group, plural),
    status: has('status'),
    scale: has('scale') ? BUILTIN_SCALE : undefined,
    selectableFields: (SELECTABLE[key] ?? []).map(builtinSelectable),
  };
}

const BUILTIN_SCALE: ScaleDefinition = {
  specReplicas: ['spec', 'replicas'],
  statusReplicas: ['status', 'replicas'],
  selector: (object) => {
    const labels = at(object, ['spec', 'selector', 'matchLabels']) ?? at(object, ['spec', 'selector']);
    if (typeof labels !== 'object' || labels === null) return '';
    return Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(',');
  },
};

function document(component: string): Schema {
  const schema = builtinSchemas()[component];
  if (schema === undefined) throw new Error(`the schema ${component} is missing`);
  return schema;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
