import { refuseMagicKey } from '../body/magic-key.js';

/**
 * The steps of a JSON pointer (RFC 6901): `/metadata/annotations/a~1b` → metadata, annotations, a/b. What comes before the first
 * "/" is not looked at, as in Kubernetes; a text without any has no steps.
 *
 * @throws ApiError BadRequest for a key that no object may have.
 */
export function parsePointer(pointer: string): string[] {
  const [, ...steps] = pointer.split('/');
  return steps.map((step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    refuseMagicKey(key);
    return key;
  });
}
