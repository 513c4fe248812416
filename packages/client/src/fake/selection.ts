import {
  type JsonObject,
  type KubeObject,
  matchesFields,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from '@drover/api';
import type { ListOptions } from '../client.js';

/** Whether an object is among those a list or watch asks for. */
export type Selection = (object: KubeObject) => boolean;

/**
 * Unlike a real server, which knows a few fields of each kind, the fake selects by any field.
 *
 * @throws ApiError BadRequest for a selector that is none.
 */
export function selectionOf({ namespace, labelSelector = '', fieldSelector = '' }: ListOptions): Selection {
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matchesLabels(labels, object.metadata.labels ?? {}) &&
    matchesFields(fields, (path) => fieldOf(object, path));
}

function fieldOf(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const step of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as JsonObject)[step] : undefined;
  }
  return value === undefined || value === null ? '' : String(value);
}
