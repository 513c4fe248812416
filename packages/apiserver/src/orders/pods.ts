import type { Served } from '../catalog/definition.js';
import type { Core } from '../registry/core.js';

/** The kind that is ordered about. */
export function podsOf({ catalog }: Core): Served {
  const served = catalog.served('', 'v1', 'pods');
  if (served === undefined) throw new Error('pods are not served');
  return served;
}
