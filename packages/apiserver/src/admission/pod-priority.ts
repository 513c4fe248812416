import { type AdmissionPlugin, type AdmissionReview, forbidden, type Pod, type PriorityClass } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

const CLASSES = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

/** Tells each new pod the priority of its class, and lets one class at most be the default (kube-apiserver's plugin Priority). */
export function podPriority(objects: ObjectReader): AdmissionPlugin {
  /** Of several defaults the lowest counts. */
  const defaultClass = (): PriorityClass | undefined =>
    (objects.list(CLASSES) as readonly PriorityClass[])
      .filter(({ globalDefault }) => globalDefault === true)
      .sort((a, b) => a.value - b.value)[0];
  return {
    name: 'Priority',
    resources: ['/pods', 'scheduling.k8s.io/priorityclasses'],
    admit: (review) => {
      const { operation, resource, object, subresource } = review;
      if (object === undefined || operation === 'DELETE' || subresource !== undefined) return undefined;
      if (resource === 'pods') return operation === 'CREATE' ? withPriority(review, objects, defaultClass) : undefined;
      refuseSecondDefault(review, defaultClass());
      return undefined;
    },
  };
}

function withPriority(
  review: AdmissionReview,
  objects: ObjectReader,
  defaultClass: () => PriorityClass | undefined,
): Pod {
  const pod = review.object as Pod;
  const refuse = (why: string): Error => forbidden({ group: '', plural: 'pods' }, review.name, why);
  const { priorityClassName: asked = '', priority, preemptionPolicy } = pod.spec ?? { containers: [] };
  const found = asked === '' ? defaultClass() : (objects.get(CLASSES, { name: asked }) as PriorityClass | undefined);
  if (found === undefined && asked !== '') throw refuse(`no PriorityClass with name ${asked} was found`);
  const { value = 0, preemptionPolicy: policy = 'PreemptLowerPriority' } = found ?? {};
  if (priority !== undefined && priority !== value) {
    throw refuse(
      `the integer value of priority (${priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  if (preemptionPolicy !== undefined && preemptionPolicy !== policy) {
    throw refuse(
      `the string value of PreemptionPolicy (${preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  const named = found?.metadata.name === undefined ? {} : { priorityClassName: found.metadata.name };
  const spec = {
    ...pod.spec,
    containers: pod.spec?.containers ?? [],
    ...named,
    priority: value,
    preemptionPolicy: policy,
  };
  return { ...pod, spec };
}

function refuseSecondDefault({ object, operation, name }: AdmissionReview, held: PriorityClass | undefined): void {
  if (held === undefined || (object as PriorityClass).globalDefault !== true) return;
  if (operation === 'UPDATE' && held.metadata.name === name) return;
  const why = `PriorityClass ${held.metadata.name ?? ''} is already marked as default. Only one default can exist`;
  throw forbidden(CLASSES, name, why);
}
