import { type KubeObject, type OpenSchema, ruleCausesInTurns, type StatusCause } from '@drover/api';
import { embeddedCauses } from './embedded-resource.js';

/**
 * What is wrong with a custom resource by its definition: its shape, the resources embedded in it, and what the rules of
 * the definition say, unless the shape (`metadata`: what is wrong with that) keeps them from being asked. At once unless the rules
 * take longer than a turn of the event loop may.
 */
export function customResourceCauses(
  schema: OpenSchema,
  object: KubeObject,
  old: KubeObject | undefined,
  metadata: readonly StatusCause[],
  warn: (sentence: string) => void,
): Promise<StatusCause[]> | StatusCause[] {
  const causes = [...schema.validate(object, old), ...embeddedCauses(schema, object)];
  const tolerated = ({ field, message }: StatusCause): void => warn(`${field}: ${message}`);
  const said = ruleCausesInTurns(schema, { object, old, found: [...metadata, ...causes], tolerated });
  return said instanceof Promise ? said.then((more) => [...causes, ...more]) : [...causes, ...said];
}
