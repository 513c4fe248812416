import type { Strategy } from '../catalog/strategy.js';
import { absent, inner, loose } from './absent.js';
import { plain, statusAlone } from './plain.js';

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

/** What attaches a volume to a node; whether it is attached is told by its status alone, from the beginning. */
export const volumeAttachment: Strategy = {
  ...plain,
  ...statusAlone,
  prepareForCreate: (object) => {
    loose(object)['status'] = { attached: false };
  },
};
