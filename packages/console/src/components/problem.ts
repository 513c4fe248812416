import { ApiError, type StatusCause } from '@drover/api';
import { Unreachable } from '../api/http.js';
import { type Message, message } from '../i18n/message.js';

/** A failure in the reader's terms. */
export interface Problem {
  /** Why, in the server's own words where it gave any. */
  readonly reason: Message | string;
  /** What to do about it, where that is known. */
  readonly advice?: Message;
  /** The fields that were refused. */
  readonly causes: readonly StatusCause[];
  /** What to copy into a report: reason and code. */
  readonly code: string;
}

/** What a thrown value means to the reader. A bug's own text is told as it is: there is nobody else who could see it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Unreachable)
    return {
      reason: message('problem.unreachable'),
      advice: message('problem.advice.unreachable'),
      causes: [],
      code: 'Unreachable',
    };
  if (error instanceof ApiError) {
    const advice = adviceFor(error);
    return {
      reason: error.message,
      causes: error.details.causes ?? [],
      code: `${error.reason} (${error.code})`,
      ...(advice === undefined ? {} : { advice }),
    };
  }
  return { reason: error instanceof Error ? error.message : String(error), causes: [], code: 'Error' };
}

function adviceFor(error: ApiError): Message | undefined {
  switch (error.reason) {
    case 'Forbidden':
      return message('problem.advice.forbidden');
    case 'Conflict':
      return message('problem.advice.conflict');
    case 'AlreadyExists':
      return message('problem.advice.exists');
    case 'ServiceUnavailable':
      return message('problem.advice.unavailable');
    case 'TooManyRequests':
      return message('problem.advice.tooMany');
    default:
      return undefined;
  }
}
