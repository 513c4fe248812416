import { ApiError } from '../errors.js';
import type { KubeObject, ManagedFieldsEntry } from '../object.js';
import { withoutAncient } from './ancient-changes.js';
import { FieldSet } from './field-set.js';
import { emptyOf, withEntries, withoutManagers } from './managed-object.js';
import { decodeManagers, encodeManagers, identity, type Manager, type Managers } from './managers.js';
import { Change, current, settled, withManager } from './ownership.js';
import { Versions } from './versions.js';
import { filterOf, SERVER_FIELDS, type Write, writer } from './write.js';

/**
 * The managers of an object's fields after an update that made `updated` of `live`: what it added or changed is its own
 * now. Answers `updated` with those. An object that nobody managed before stays so; `live` is absent for a create. The
 * managers that `updated` itself names count when they are ones; an empty list or entry clears them.
 */
export function updateManagedFields<T extends KubeObject>(
  { live, updated }: { readonly live?: T | undefined; readonly updated: T },
  write: Write,
): T {
  const after = withoutManagers(updated);
  const given = knownManagers(live, updated, write);
  if (live && given.size === 0) return withEntries(after, []) as T;

  const versions = new Versions(updated.apiVersion, write.schema, write.versions);
  const before = live ? withoutManagers(live) : emptyOf(updated, write.schema);
  const change = new Change(before, after, versions, filterOf(write));
  const others = settled(current(given, versions), undefined, change, true);
  const self = writer(write, 'Update', updated.apiVersion);
  const managers = written(others, self, change, updated.apiVersion);
  return withEntries(after, encodeManagers(withoutAncient(managers))) as T;
}

/** The managers with what `self` wrote; who wrote nothing is left as it is. */
export function written(others: Managers, self: Manager, change: Change, apiVersion: string): Managers {
  const difference = change.in(apiVersion);
  if (difference === undefined) return others;
  const fields = difference.modified.union(difference.added).difference(SERVER_FIELDS);
  if (fields.isEmpty) return others;
  const earlier = others.get(identity(self))?.fields ?? FieldSet.EMPTY;
  return withManager(others, { ...self, fields: fields.union(earlier) });
}

/** A subresource does not write managers: those of the live object count. */
function knownManagers(live: KubeObject | undefined, updated: KubeObject, { subresource }: Write): Managers {
  const given = updated.metadata.managedFields;
  if (subresource !== undefined) return readable(live?.metadata.managedFields);
  if (given !== undefined && isReset(given)) return new Map();
  const managers = readable(given);
  return managers.size > 0 ? managers : readable(live?.metadata.managedFields);
}

function readable(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries);
  } catch (error) {
    if (error instanceof ApiError) return new Map();
    throw error;
  }
}

function isReset([first, ...more]: readonly ManagedFieldsEntry[]): boolean {
  return more.length === 0 && Object.keys(first ?? {}).length === 0;
}
