import { ApiError, conflict, type KubeObject, notSupported, required, type StatusCause } from '@drover/api';
import type { Binding, Pod } from '@drover/api/types/core-v1';
import { timestamp } from '../registry/core.js';
import { changeStored } from '../registry/stored-change.js';
import type { Order, OrderContext } from './order.js';
import { setPodCondition } from './pod-condition.js';
import { podsOf } from './pods.js';

/** A pod is given to a node (core/v1 Binding). */
export const binding: Order = {
  ofGroup: '',
  ofVersion: 'v1',
  name: 'pods/binding',
  singularName: '',
  namespaced: true,
  kind: 'Binding',
  component: 'io.k8s.api.core.v1.Binding',
  documents: { group: '', version: 'v1' },
  verbs: ['create'],
  check: (document) => {
    const causes = targetCauses(document as Binding);
    if (causes.length > 0) throw new ApiError('Unknown', aggregate(causes));
  },
  perform: (document, context) => assign(document as Binding, context),
};

/** The same at the old place, where the document alone names the pod. */
export const legacyBinding: Order = { ...binding, name: 'bindings', singularName: 'binding' };

function targetCauses({ target }: Binding): StatusCause[] {
  const { kind = '', name = '' } = target ?? {};
  return [
    ...(kind === '' || kind === 'Node' ? [] : [notSupported('target.kind', kind, ['Node', '<empty>'])]),
    ...(name === '' ? [required('target.name')] : []),
  ];
}

/** Several faults in the words of Go's aggregated errors. */
function aggregate(causes: readonly StatusCause[]): string {
  const told = causes.map(({ field, message }) => `${field}: ${message}`);
  return told.length === 1 ? told.join('') : `[${told.join(', ')}]`;
}

async function assign({ metadata, target }: Binding, { core, namespace, dryRun }: OrderContext): Promise<void> {
  const { name = '', uid = '', resourceVersion = '', annotations = {} } = metadata;
  const { definition } = podsOf(core);
  const now = timestamp(core.clock.now());
  await changeStored(core, definition, { namespace, name }, dryRun, (object) => {
    const refusal = preconditionFailure(object, uid, resourceVersion);
    if (refusal !== undefined) throw conflict(definition, name, refusal);
    const pod = object as Pod;
    const obstacle = obstacleTo(pod, name);
    if (obstacle !== undefined) throw conflict({ group: '', plural: 'pods/binding' }, name, obstacle);
    pod.spec = { containers: [], ...pod.spec, nodeName: target.name ?? '' };
    if (Object.keys(annotations).length > 0) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
    setPodCondition(pod, { type: 'PodScheduled', status: 'True' }, now);
  });
}

/** Why a pod can be given to no node; `undefined` when it can. */
function obstacleTo({ metadata, spec }: Pod, name: string): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`;
  if (spec?.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`;
  if ((spec?.schedulingGates ?? []).length > 0) return `pod ${name} has non-empty .spec.schedulingGates`;
  return undefined;
}

/** What a binding says of the pod that it is for and that does not hold, in the words of Kubernetes' storage. */
function preconditionFailure({ metadata }: KubeObject, uid: string, resourceVersion: string): string | undefined {
  const failed = (what: string, asked: string, found = ''): string =>
    `StorageError: invalid object, Code: 4, Key: /registry/pods/${metadata.namespace}/${metadata.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: ${what} in precondition: ${asked}, ${what} in object meta: ${found}`;
  if (uid !== '' && uid !== metadata.uid) return failed('UID', uid, metadata.uid);
  if (resourceVersion !== '' && resourceVersion !== metadata.resourceVersion)
    return failed('ResourceVersion', resourceVersion, metadata.resourceVersion);
  return undefined;
}
