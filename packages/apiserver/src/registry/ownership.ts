import type { KubeObject } from '@drover/api';
import type { WriteContext } from './core.js';

/** The object with managedFields that say which of its fields this write set (all but server-side apply). */
export function trackManagers(
  _context: WriteContext,
  object: KubeObject,
  _old: KubeObject | undefined,
  _time: string,
): KubeObject {
  return object;
}

/** The live object with what `applied` says, and managedFields that say so. @throws ApiError Conflict naming other managers. */
export function appliedObject(
  _context: WriteContext,
  _now: number,
  _live: KubeObject | undefined,
  applied: KubeObject,
  _force: boolean,
): KubeObject {
  return applied;
}
