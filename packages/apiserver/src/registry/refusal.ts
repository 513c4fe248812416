import { ApiError, alreadyExists, conflict, notFound, type Subject, unavailable } from '@drover/api';
import {
  EntryRefused,
  KeyExists,
  KeyMissing,
  RevisionCompacted,
  RevisionConflict,
  RevisionFuture,
  StoreBusy,
  StoreUnavailable,
} from '@drover/store';

/** The sentence that tells a client to read again and repeat. */
export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

/** What the store refused, in the words of the API. Anything unknown comes back as it is. */
export function refusalOf(error: unknown, subject: Subject, name: string): unknown {
  if (error instanceof KeyExists) return alreadyExists(subject, name);
  if (error instanceof KeyMissing) return notFound(subject, name);
  if (error instanceof RevisionConflict) return conflict(subject, name, MODIFIED);
  if (error instanceof StoreBusy) {
    return new ApiError('TooManyRequests', 'too many writes are waiting for the disk, please try again later', {
      retryAfterSeconds: 1,
    });
  }
  if (error instanceof EntryRefused) return new ApiError('RequestEntityTooLarge', error.message);
  if (error instanceof StoreUnavailable)
    return unavailable('the store takes no writes at the moment', { cause: error });
  return error;
}

/** 410 or 504 for a revision that cannot be read, in the words of the API. */
export function revisionRefusal(error: unknown): unknown {
  if (error instanceof RevisionCompacted) {
    return new ApiError('Expired', 'The resourceVersion for the provided list is too old.');
  }
  if (error instanceof RevisionFuture) return tooLargeRevision(error.asked, error.newest);
  return error;
}

/**
 * 410 for the next page of a list that was walked too slowly, in the words of the API; `next` continues it at whatever revision is
 * the newest.
 */
export function continueRefusal(error: unknown, next: string): unknown {
  if (!(error instanceof RevisionCompacted)) return revisionRefusal(error);
  return new ApiError('Expired', INCONSISTENT, {}, { continueToken: next });
}

const INCONSISTENT =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** 504: the revision has not happened here; informers know this cause and list without a revision. */
export function tooLargeRevision(asked: number, newest: number): ApiError {
  return new ApiError('Timeout', `Timeout: Too large resource version: ${asked}, current: ${newest}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}
