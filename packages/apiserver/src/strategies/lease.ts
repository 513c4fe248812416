import { invalidTyped, type StatusCause } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { inner, loose } from './absent.js';
import { plain } from './plain.js';

/** Leases last some time, and count how often they went from one holder to another. */
export const lease: Strategy = {
  ...plain,
  validate: (object) => {
    const { leaseDurationSeconds: seconds, leaseTransitions: transitions } = inner(loose(object), 'spec') ?? {};
    const causes: StatusCause[] = [];
    if (typeof seconds === 'number' && seconds <= 0) {
      causes.push(invalidTyped('spec.leaseDurationSeconds', seconds, 'must be greater than 0'));
    }
    if (typeof transitions === 'number' && transitions < 0) {
      causes.push(invalidTyped('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    return causes;
  },
};
