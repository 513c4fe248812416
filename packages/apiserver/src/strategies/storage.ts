import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose } from './absent.js';
import { plain } from './plain.js';

export const persistentVolumeClaim: Strategy = {
  ...plain,
  fill: (object) => absent(inner(loose(object), 'spec'), 'volumeMode', 'Filesystem'),
  prepareForCreate: (object) => {
    loose(object)['status'] = { phase: 'Pending' };
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
