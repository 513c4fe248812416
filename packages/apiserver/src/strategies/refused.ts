import { ApiError } from '@drover/api';
import type { Strategy } from '../catalog/strategy.js';
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

function notImplemented(message: string): ApiError {
  return new ApiError('Unknown', message, {}, { code: 501 });
}
