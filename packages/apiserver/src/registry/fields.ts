import { ApiError, type KubeObject } from '@drover/api';
import type { WriteContext } from './core.js';

/** Warnings one request may carry; one more says how many there were. */
const WARNINGS = 20;

/**
 * The object without what the schema does not know; says so as the request asked (`fieldValidation`).
 *
 * @throws ApiError BadRequest naming each unknown field when it asked for Strict.
 */
export function knownFields(context: WriteContext, sent: KubeObject): KubeObject {
  const { served, fieldValidation, warnings } = context;
  const { object, unknown } = served.version.schema().prune(sent);
  if (unknown.length === 0 || fieldValidation === 'Ignore') return object;
  const sentences = unknown.map((path) => `unknown field "${path}"`);
  if (fieldValidation === 'Strict') {
    const { kind } = served.definition;
    throw new ApiError(
      'BadRequest',
      `${kind} in version "${served.version.name}" cannot be handled as a ${kind}: strict decoding error: ${sentences.join(', ')}`,
    );
  }
  warnings.push(...sentences.slice(0, WARNINGS));
  if (sentences.length > WARNINGS) warnings.push(`and ${sentences.length - WARNINGS} more unknown fields`);
  return object;
}
