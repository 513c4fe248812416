import type { Strategy } from '../catalog/strategy.js';
import { absent, type Fields, inner, loose } from './absent.js';
import { plain, statusAlone } from './plain.js';
import { persistentSourceCauses } from './volume-source.js';

/** Fills a claim, or what claims are made after, as Kubernetes does (core v1 defaults). */
export function fillClaim(claim: Fields | undefined): void {
  absent(inner(claim, 'spec'), 'volumeMode', 'Filesystem');
}

export const persistentVolumeClaim: Strategy = {
  ...plain,
  fill: (object) => fillClaim(loose(object)),
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
  validate: (object) => persistentSourceCauses(inner(loose(object), 'spec'), 'spec'),
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
