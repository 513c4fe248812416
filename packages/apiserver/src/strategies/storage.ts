import type { KubeObject } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose, made } from './absent.js';
import { plain } from './plain.js';

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const CLASSES = { group: 'storage.k8s.io', plural: 'storageclasses' };

/** Claims get the default class when they name none. */
export const persistentVolumeClaim: Strategy = {
  ...plain,
  fill: (object) => absent(inner(loose(object), 'spec'), 'volumeMode', 'Filesystem'),
  prepareForCreate: (object, { objects }) => {
    loose(object)['status'] = { phase: 'Pending' };
    const spec = made(loose(object), 'spec');
    if (spec?.['storageClassName'] !== undefined) return;
    const byAge = (a: KubeObject, b: KubeObject): number =>
      (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '');
    const [newest] = objects
      .list(CLASSES)
      .filter(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true')
      .sort(byAge);
    if (newest !== undefined) absent(spec, 'storageClassName', newest.metadata.name);
  },
};

export const persistentVolume: Strategy = {
  ...plain,
  fill: (object) => {
    const spec = inner(loose(object), 'spec');
    absent(spec, 'volumeMode', 'Filesystem');
    absent(spec, 'persistentVolumeReclaimPolicy', 'Retain');
  },
  prepareForCreate: (object) => {
    loose(object)['status'] = { phase: 'Pending' };
  },
};

export const storageClass: Strategy = {
  ...plain,
  fill: (object) => {
    const fields = loose(object);
    absent(fields, 'reclaimPolicy', 'Delete');
    absent(fields, 'volumeBindingMode', 'Immediate');
  },
};
