import { applyObject, type KubeObject, updateManagedFields, type Write } from '@drover/api';
import { timestamp, type WriteContext } from './core.js';

/** The object with managedFields that say which of its fields this write set (all writes but server-side apply). */
export function trackManagers(
  context: WriteContext,
  object: KubeObject,
  old: KubeObject | undefined,
  time: string,
): KubeObject {
  return updateManagedFields({ live: old, updated: object }, writeOf(context, object, time));
}

/**
 * The live object with what `applied` says, and managedFields that say so. `now` is in milliseconds since the epoch.
 *
 * @throws ApiError Conflict naming the managers whose fields would change, unless `force`.
 */
export function appliedObject(
  context: WriteContext,
  now: number,
  live: KubeObject | undefined,
  applied: KubeObject,
  force: boolean,
): KubeObject {
  return applyObject({ live, applied, force }, writeOf(context, applied, timestamp(now)));
}

function writeOf({ served, part, fieldManager }: WriteContext, object: KubeObject, time: string): Write {
  const { version } = served;
  const outside = Object.keys(object).filter((field) => !['apiVersion', 'kind', 'metadata', 'status'].includes(field));
  const ignored = part === 'status' ? outside : version.status ? ['status'] : [];
  return {
    manager: fieldManager,
    schema: version.schema(),
    time,
    ...(part === 'main' ? {} : { subresource: part }),
    ignored,
  };
}
