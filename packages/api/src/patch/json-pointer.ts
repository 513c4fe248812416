import { refuseMagicKey } from '../body/magic-key.js';
import { badRequest } from '../errors.js';

/**
 * The steps of a JSON pointer (RFC 6901): `/metadata/annotations/a~1b` → metadata, annotations, a/b.
 *
 * @throws ApiError BadRequest when it does not begin with "/".
 */
export function parsePointer(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw badRequest(`the JSON pointer "${pointer}" does not begin with "/"`);
  const steps = pointer.slice(1).split('/');
  return steps.map((step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    refuseMagicKey(key);
    return key;
  });
}
