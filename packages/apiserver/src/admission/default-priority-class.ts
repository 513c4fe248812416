import { type AdmissionPlugin, type AdmissionReview, forbidden, type PriorityClass } from '@drover/api';
import type { ObjectReader } from '../catalog/strategy.js';

/** Where priority classes are. */
export const CLASSES = { group: 'scheduling.k8s.io', plural: 'priorityclasses' };

/** The class of pods that name none; of several the lowest counts. */
export function defaultClassOf(objects: ObjectReader): PriorityClass | undefined {
  return (objects.list(CLASSES) as readonly PriorityClass[])
    .filter(({ globalDefault }) => globalDefault === true)
    .sort((a, b) => a.value - b.value)[0];
}

/** Lets one class at most be the default (the other half of kube-apiserver's plugin Priority). */
export function defaultPriorityClass(objects: ObjectReader): AdmissionPlugin {
  return {
    name: 'Priority',
    resources: ['scheduling.k8s.io/priorityclasses'],
    admit: (review) => {
      if (review.operation !== 'DELETE') refuseSecondDefault(review, defaultClassOf(objects));
      return undefined;
    },
  };
}

function refuseSecondDefault({ object, operation, name }: AdmissionReview, held: PriorityClass | undefined): void {
  if (held === undefined || (object as PriorityClass).globalDefault !== true) return;
  if (operation === 'UPDATE' && held.metadata.name === name) return;
  const why = `PriorityClass ${held.metadata.name ?? ''} is already marked as default. Only one default can exist`;
  throw forbidden(CLASSES, name, why);
}
