import { ApiError } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
import { inner, loose } from './absent.js';
import { plain } from './plain.js';

/** A kind whose objects would change what the server does, which it does not do: better refused than silently ignored. */
export function refused(what: string): Strategy {
  return {
    ...plain,
    authorizeWrite: () => {
      throw notImplemented(`${what} not implemented by this server`);
    },
  };
}

/** A kind that is kept for those who read it, and has no effect here; who makes one is told. */
export function unenforced(strategy: Strategy, sentence: string): Strategy {
  return {
    ...strategy,
    prepareForCreate: (object, context) => {
      strategy.prepareForCreate?.(object, context);
      context.warn(sentence);
    },
  };
}

/** Groups are aggregated in this process only: an APIService that names a Service would never be asked. */
export const apiService: Strategy = {
  ...plain,
  statusLeaves: 'metadata',
  authorizeWrite: (object) => {
    if (inner(loose(object), 'spec', 'service') === undefined) return;
    throw notImplemented('aggregation of APIs over the network is not implemented by this server');
  },
};

function notImplemented(message: string): ApiError {
  return new ApiError('Unknown', message, {}, { code: 501 });
}
