import { foundByPattern } from '../../schema/pattern.js';
import { int, type Library, list, member, string } from '../declaration.js';
import { EvaluationError } from '../evaluation-error.js';
import { STRING } from '../type.js';
import { ArrayList } from '../value.js';

/** The texts that match, at most `limit` of them. */
function found(text: string, pattern: string, limit: number): string[] {
  try {
    return foundByPattern(text, pattern, limit);
  } catch (error) {
    throw new EvaluationError(`Illegal regex: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Kubernetes' functions that find texts by pattern. */
export const REGEX: Library = [
  [
    'find',
    [member('string_find_string', [string, string], STRING, (text, pattern) => found(text, pattern, 1)[0] ?? '')],
  ],
  [
    'findAll',
    [
      member(
        'string_find_all_string',
        [string, string],
        list(string).type,
        (text, pattern) => new ArrayList(found(text, pattern, Infinity)),
      ),
      member(
        'string_find_all_string_int',
        [string, string, int],
        list(string).type,
        (text, pattern, limit) => new ArrayList(found(text, pattern, limit < 0n ? Infinity : Number(limit))),
      ),
    ],
  ],
];
