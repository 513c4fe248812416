import { type AdmissionPlugin, type AdmissionReview, forbidden, type Pod, type PriorityClass } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';
import { reviewedName } from '../registry/admission.js';
import { CLASSES, defaultClassOf } from './default-priority-class.js';

/** Tells each new pod the priority of its class (kube-apiserver's plugin Priority). */
export function podPriority(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'Priority',
    resources: ['/pods'],
    admit: (review) => {
      const { operation, object, subresource } = review;
      if (operation !== 'CREATE' || object === undefined || subresource !== undefined) return undefined;
      return withPriority(review, objects);
    },
  };
}

function withPriority(review: AdmissionReview, objects: ObjectReader): Pod {
  const pod = review.object as Pod;
  if (!pod.spec) return pod;
  const refuse = (why: string): Error => forbidden({ group: '', plural: 'pods' }, reviewedName(review), why);
  const { priorityClassName: asked = '', priority, preemptionPolicy } = pod.spec;
  const found =
    asked === '' ? defaultClassOf(objects) : (objects.get(CLASSES, { name: asked }) as PriorityClass | undefined);
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
    ...named,
    priority: value,
    preemptionPolicy: policy,
  };
  return { ...pod, spec };
}
