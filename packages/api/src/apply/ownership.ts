import type { JsonObject } from '../object.js';
import { type Comparison, compare } from './compare.js';
import { type FieldConflict, FieldConflicts } from './conflict.js';
import { FieldSet } from './field-set.js';
import { underSchema } from './fields-of.js';
import { identity, type Manager, type Managers } from './managers.js';
import type { Versions } from './versions.js';

/** Which of an object's fields a request may write. */
export type FieldFilter = (fields: FieldSet) => FieldSet;

/**
 * The managers with their fields under the schemas of today. Managers that know the object in a version that is gone are gone
 * too.
 */
export function current(managers: Managers, versions: Versions): Managers {
  return new Map(
    [...managers].flatMap(([id, manager]) => {
      const root = versions.root(manager.apiVersion);
      return root ? [[id, { ...manager, fields: underSchema(manager.fields, root) }]] : [];
    }),
  );
}

/** How an object changed, as each of its versions shows it. */
export class Change {
  readonly #known = new Map<string, Comparison | undefined>();

  constructor(
    readonly before: JsonObject,
    readonly after: JsonObject,
    readonly versions: Versions,
    readonly filter: FieldFilter,
  ) {}

  /** The change of the fields that may be written; `undefined` for a version that is gone. */
  in(apiVersion: string): Comparison | undefined {
    if (!this.#known.has(apiVersion)) this.#known.set(apiVersion, this.#compare(apiVersion));
    return this.#known.get(apiVersion);
  }

  #compare(apiVersion: string): Comparison | undefined {
    const before = this.versions.inVersion(this.before, apiVersion);
    const after = this.versions.inVersion(this.after, apiVersion);
    const root = this.versions.root(apiVersion);
    if (before === undefined || after === undefined || root === undefined) return undefined;
    return filtered(compare(before, after, root), this.filter);
  }
}

const filtered = ({ added, modified, removed }: Comparison, filter: FieldFilter): Comparison => ({
  added: filter(added),
  modified: filter(modified),
  removed: filter(removed),
});

/**
 * The managers after a change that `writer` made: the others lose what is gone and what was written.
 *
 * @throws FieldConflicts when `force` is not given and others manage what was written.
 */
export function settled(managers: Managers, writer: string | undefined, change: Change, force: boolean): Managers {
  const conflicts: FieldConflict[] = [];
  const kept = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    if (id === writer) {
      kept.set(id, manager);
      continue;
    }
    const difference = change.in(manager.apiVersion);
    if (difference === undefined) continue;
    const written = difference.modified.union(difference.added);
    const lost = manager.fields.intersection(written);
    if (!lost.isEmpty) conflicts.push({ with: manager, fields: lost });
    const fields = manager.fields.difference(lost).difference(difference.removed);
    if (!fields.isEmpty) kept.set(id, { ...manager, fields });
  }
  if (conflicts.length > 0 && !force) throw new FieldConflicts(conflicts);
  return kept;
}

/** All fields that are managed, by the version in which they are known. */
export function managedFields(managers: Managers): Map<string, FieldSet> {
  const all = new Map<string, FieldSet>();
  for (const { apiVersion, fields } of managers.values())
    all.set(apiVersion, (all.get(apiVersion) ?? FieldSet.EMPTY).union(fields));
  return all;
}

/** Puts a manager among the others, or takes it out when it manages nothing. */
export function withManager(managers: Managers, manager: Manager): Managers {
  const changed = new Map(managers);
  if (manager.fields.isEmpty) changed.delete(identity(manager));
  else changed.set(identity(manager), manager);
  return changed;
}
