import { isJsonObject } from '../json-object.js';
import type { JsonObject } from '../object.js';
import { fieldSetOf, withNamedParents } from './fields-of.js';
import { identity, type Manager, type Managers } from './managers.js';
import { managedFields } from './ownership.js';
import { removeFields } from './remove.js';
import type { Versions } from './versions.js';

/**
 * The merged object without what its manager applied last time, and nobody applies or manages now. `managers` know already
 * what is applied this time.
 */
export function withoutAbandoned(
  merged: JsonObject,
  last: Manager | undefined,
  managers: Managers,
  versions: Versions,
): JsonObject {
  if (last === undefined || last.fields.isEmpty || isApplied(last, managers)) return merged;
  const root = versions.root(last.apiVersion);
  const whole = versions.inVersion(merged, last.apiVersion);
  if (root === undefined || whole === undefined) return merged;
  const named = withNamedParents(last.fields, root);
  const pruned = withManaged(whole, objectOf(removeFields(whole, named, root)), last.apiVersion, managers, versions);
  const left = versions.inVersion(pruned, last.apiVersion);
  if (left === undefined) return merged;
  const gone = withNamedParents(fieldSetOf(whole, root), root)
    .difference(withNamedParents(fieldSetOf(left, root), root))
    .intersection(named);
  return versions.inVersion(objectOf(removeFields(whole, gone, root)), versions.home) ?? merged;
}

/** Whether all that a manager applied last time is what it applies now, as most often: then nothing can be abandoned. */
function isApplied(last: Manager, managers: Managers): boolean {
  const now = managers.get(identity(last));
  return now?.apiVersion === last.apiVersion && last.fields.difference(now.fields).isEmpty;
}

/** Puts back what was taken out and somebody manages, in whichever version. */
function withManaged(
  merged: JsonObject,
  pruned: JsonObject,
  first: string,
  managers: Managers,
  versions: Versions,
): JsonObject {
  const managed = [...managedFields(managers)].sort(([a], [b]) => Number(b === first) - Number(a === first));
  let left = pruned;
  for (const [apiVersion, fields] of managed) {
    const root = versions.root(apiVersion);
    const whole = versions.inVersion(merged, apiVersion);
    const rest = versions.inVersion(left, apiVersion);
    if (root === undefined || whole === undefined || rest === undefined) continue;
    const kept = withNamedParents(fieldSetOf(rest, root), root).union(withNamedParents(fields, root));
    const gone = withNamedParents(fieldSetOf(whole, root), root).difference(kept);
    left = objectOf(removeFields(whole, gone, root));
  }
  return left;
}

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});
