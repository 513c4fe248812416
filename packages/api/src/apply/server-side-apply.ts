import { badRequest } from '../errors.js';
import type { Json, JsonObject, KubeObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { OpenSchema } from '../schema/open-schema.js';
import { sameJson } from '../schema/same-json.js';
import { type Comparison, compare } from './compare.js';
import { applyConflict, type FieldConflict } from './conflict.js';
import { FieldSet } from './field-set.js';
import { fieldSetOf, withNamedParents } from './fields-of.js';
import { decodeManagers, encodeManagers, identity, type Manager, type Managers } from './managers.js';
import { merge } from './merge.js';
import { removeFields } from './remove.js';
import { fieldsOf } from './structure.js';

/** Who writes, when, and what of the object the request cannot write. */
export interface Write {
  readonly manager: string;
  readonly schema: OpenSchema;
  /** RFC 3339 with seconds. */
  readonly time: string;
  /** The subresource written to. */
  readonly subresource?: string;
  /** Top-level fields that this request does not write although the body may have them: "status", or all but it. */
  readonly ignored?: readonly string[];
}

/** Nobody manages what the server alone decides. */
const SERVER_FIELDS: FieldSet = [
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['metadata', name]),
].reduce((set, path) => set.union(FieldSet.path(...path.map((name) => `f:${name}`))), FieldSet.EMPTY);

/**
 * Server-side apply: the live object with what `applied` says, without what its manager applied before and says no more,
 * and with its managers' fields brought up to date. Neither object is changed; the live one itself comes back when nothing
 * changes. `live` is absent when the object is made by this request.
 *
 * @throws ApiError Conflict when fields of other managers would change and `force` is not given; BadRequest for an applied
 *   object with managed fields, or with a keyed list that has an element twice or one without its key.
 */
export function applyObject<T extends KubeObject>(
  { live, applied, force }: { readonly live?: T | undefined; readonly applied: T; readonly force: boolean },
  write: Write,
): T {
  if ((applied.metadata.managedFields?.length ?? 0) > 0) throw badRequest('metadata.managedFields must be nil');
  const { root } = write.schema;
  const config = configOf(applied, write);
  const before = live ? withoutManagers(live) : emptyOf(applied);
  const stated = fieldSetOf(config, root);
  const self: Manager = {
    manager: write.manager,
    operation: 'Apply',
    apiVersion: applied.apiVersion,
    subresource: write.subresource ?? '',
    time: write.time,
    fields: managed(stated, write),
  };
  const known = managersOf(live, root, write.time);
  const last = known.get(identity(self));
  const managers = new Map(known).set(identity(self), self);

  const merged = merge(before, config, root);
  const gone = last ? abandoned(last, stated.union(allFields(managers)), root) : FieldSet.EMPTY;
  const after = removeFields(merged, gone, root);
  const difference = compare(before, after, root);
  const others = settled(managers, self, difference, force);

  const unchanged = last?.fields.equals(self.fields) && sameJson(before, after) && last.apiVersion === self.apiVersion;
  if (live && unchanged) return live;
  return withManagers(after, others) as unknown as T;
}

/**
 * The managers of an object's fields after an update that made `updated` of `live`: what it added or changed is its own
 * now. Answers `updated` with those. An object that nobody managed before stays so; `live` is absent for a create.
 *
 * @throws ApiError BadRequest for managed fields in `updated` that are none.
 */
export function updateManagedFields<T extends KubeObject>(
  { live, updated }: { readonly live?: T | undefined; readonly updated: T },
  write: Write,
): T {
  const { root } = write.schema;
  const given = updated.metadata.managedFields;
  if (given?.length === 1 && Object.keys(given[0] ?? {}).length === 0)
    return withManagers(withoutManagers(updated), new Map()) as unknown as T;
  const known = decodeManagers(given && given.length > 0 ? given : live?.metadata.managedFields);
  if (live && known.size === 0) return withManagers(withoutManagers(updated), known) as unknown as T;

  const before = live ? withoutManagers(live) : emptyOf(updated);
  const after = withoutManagers(updated);
  const difference = compare(before, after, root);
  const self: Omit<Manager, 'fields' | 'time'> = {
    manager: write.manager,
    operation: 'Update',
    apiVersion: updated.apiVersion,
    subresource: write.subresource ?? '',
  };
  const last = known.get(identity(self));
  const fields = (last?.fields ?? FieldSet.EMPTY)
    .difference(difference.removed)
    .union(managed(difference.modified.union(difference.added), write));
  const time = last?.fields.equals(fields) ? last.time : write.time;
  const mine: Manager = { ...self, fields, time };
  const managers = settled(new Map(known).set(identity(self), mine), mine, difference, true);
  return withManagers(after, managers) as unknown as T;
}

/** The other managers after a write: they lose what is gone, and what the writer took from them. */
function settled(
  managers: Managers,
  self: Manager,
  { added, modified, removed }: Comparison,
  force: boolean,
): Managers {
  const written = modified.union(added);
  const others = [...managers].filter(([id]) => id !== identity(self));
  const conflicts = others
    .map(([, manager]): FieldConflict => ({ with: manager, fields: manager.fields.intersection(written) }))
    .filter(({ fields }) => !fields.isEmpty);
  if (conflicts.length > 0 && !force) throw applyConflict(conflicts);
  const kept = others.map(([id, manager]): [string, Manager] => [
    id,
    { ...manager, fields: manager.fields.difference(removed).difference(written) },
  ]);
  return new Map([...kept, [identity(self), self]]);
}

/** What the manager applied last time, and nobody states or manages now. */
function abandoned(last: Manager, current: FieldSet, root: SchemaNode): FieldSet {
  return withNamedParents(last.fields, root).difference(withNamedParents(current, root));
}

const allFields = (managers: Managers): FieldSet =>
  [...managers.values()].reduce((all, { fields }) => all.union(fields), FieldSet.EMPTY);

/** An object from before its fields were managed belongs to whoever wrote it until now. */
function managersOf(live: KubeObject | undefined, root: SchemaNode, time: string): Managers {
  if (!live) return new Map();
  const known = decodeManagers(live.metadata.managedFields);
  if (known.size > 0) return known;
  const { added: fields } = compare(emptyOf(live), withoutManagers(live), root);
  const before: Manager = {
    manager: 'before-first-apply',
    operation: 'Update',
    apiVersion: live.apiVersion,
    subresource: '',
    time,
    fields: fields.difference(SERVER_FIELDS),
  };
  return new Map([[identity(before), before]]);
}

function managed(fields: FieldSet, { ignored = [] }: Write): FieldSet {
  const known = fields.difference(SERVER_FIELDS);
  return FieldSet.of(
    known.member,
    [...known.children].filter(([element]) => !ignored.includes(element.slice(2))),
  );
}

/** What is applied, without what the request cannot write and without nulls, which say nothing here. */
function configOf(applied: KubeObject, { schema, ignored = [] }: Write): JsonObject {
  const stated = withoutNulls(withoutManagers(applied), schema.root) as JsonObject;
  return Object.fromEntries(fieldsOf(stated).filter(([name]) => !ignored.includes(name)));
}

function withoutNulls(value: Json, node: SchemaNode | null): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => withoutNulls(item, node?.items ?? null));
  if (typeof value !== 'object' || value === null) return value;
  const kept = fieldsOf(value as JsonObject).filter(([name, item]) => item !== null || node?.child(name)?.nullable);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNulls(item, node?.child(name) ?? null)]));
}

function emptyOf({ apiVersion, kind }: KubeObject): JsonObject {
  return { apiVersion, kind, metadata: {} };
}

function withoutManagers(object: KubeObject): JsonObject {
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as JsonObject;
}

function withManagers(object: Json, managers: Managers): JsonObject {
  const entries = encodeManagers(managers);
  const { metadata, ...rest } = object as JsonObject & { readonly metadata?: JsonObject };
  const { apiVersion, kind, ...fields } = rest;
  return {
    apiVersion,
    kind,
    metadata: { ...metadata, ...(entries.length > 0 ? { managedFields: entries as unknown as Json } : {}) },
    ...fields,
  };
}
