import { ApiError, badRequest } from '../errors.js';
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../object.js';
import type { OpenSchema } from '../schema/open-schema.js';
import { sameJson } from '../schema/same-json.js';
import { withoutAbandoned } from './abandoned.js';
import { withoutAncient } from './ancient-changes.js';
import { FieldConflicts } from './conflict.js';
import { FieldSet } from './field-set.js';
import { fieldSetOf } from './fields-of.js';
import { lastAppliedFields, withLastApplied } from './last-applied.js';
import { decodeManagers, encodeManagers, identity, type Manager, type Managers } from './managers.js';
import { merge } from './merge.js';
import { Change, current, type FieldFilter, settled, withManager } from './ownership.js';
import { fieldElement } from './path-element.js';
import { typeErrors } from './type-errors.js';
import { type KindVersion, Versions } from './versions.js';
import { zeroObject } from './zero-object.js';

/** Who writes, when, and what of the object the request cannot write. */
export interface Write {
  readonly manager: string;
  readonly schema: OpenSchema;
  /** RFC 3339 with seconds. */
  readonly time: string;
  /** The subresource written to. */
  readonly subresource?: string;
  /** Fields that this request does not write although the body may have them, each as the names that lead to it. */
  readonly ignored?: readonly (readonly string[])[];
  /** The kind's other versions, by apiVersion: managers may know the object in them. */
  readonly versions?: (apiVersion: string) => KindVersion | undefined;
}

/** The manager that takes over, without conflict, what it applied on the client before. */
const KUBECTL = 'kubectl';

const fieldSet = (paths: readonly (readonly string[])[]): FieldSet =>
  paths.reduce((set, path) => set.union(FieldSet.path(...path.map(fieldElement))), FieldSet.EMPTY);

/** Nobody manages what the server alone decides. */
const SERVER_FIELDS: FieldSet = fieldSet([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...[
    'name',
    'namespace',
    'creationTimestamp',
    'selfLink',
    'uid',
    'clusterName',
    'generation',
    'managedFields',
    'resourceVersion',
  ].map((name) => ['metadata', name]),
]);

/**
 * Server-side apply: the live object with what `applied` says, without what its manager applied before and says no more,
 * and with its managers' fields brought up to date. Neither object is changed; the live one itself comes back when nothing
 * changes. `live` is absent when the object is made by this request.
 *
 * @throws ApiError Conflict when fields of other managers would change and `force` is not given; BadRequest for an applied
 *   object with managed fields; of code 500, as Kubernetes does, when it is not of its schema's types, has an item of a keyed
 *   list or set twice, or one without its key.
 */
export function applyObject<T extends KubeObject>(
  { live, applied, force }: { readonly live?: T | undefined; readonly applied: T; readonly force: boolean },
  write: Write,
): T {
  if (applied.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
  refuseMistyped(applied, write.schema);
  const result = applyOrTakeOver(live, applied, force, write);
  return write.manager === KUBECTL && result !== live ? withLastApplied(result, applied) : result;
}

/** Applies; what kubectl applied on the client before, and nobody changed since, is no conflict for it. */
function applyOrTakeOver<T extends KubeObject>(live: T | undefined, applied: T, force: boolean, write: Write): T {
  try {
    return mergedObject(live, applied, force, write);
  } catch (error) {
    if (!(error instanceof FieldConflicts)) throw error;
    if (write.manager !== KUBECTL || live === undefined) throw error.refusal();
    const left = error.except(lastAppliedFields(live, withoutManagers(live), write.schema.root));
    if (left.conflicts.length > 0) throw left.refusal();
    return mergedObject(live, applied, true, write);
  }
}

function mergedObject<T extends KubeObject>(live: T | undefined, applied: T, force: boolean, write: Write): T {
  const { schema, time } = write;
  const versions = new Versions(applied.apiVersion, schema, write.versions);
  const filter = filterOf(write);
  const config = withoutManagers(applied);
  const before = live ? withoutManagers(live) : emptyOf(applied, schema);
  const known = current(live ? managersOf(live, before, write) : new Map(), versions);
  const self: Manager = {
    ...writer(write, 'Apply', applied.apiVersion),
    fields: filter(fieldSetOf(config, schema.root)),
  };
  const id = identity(self);
  const last = known.get(id);
  const managers = new Map(known).set(id, self);

  const merged = merge(live ? before : barely(applied), config, schema.root) as JsonObject;
  const after = withoutAbandoned(merged, last, managers, versions);
  const kept = settled(managers, id, new Change(before, after, versions, filter), force);

  const unchanged = live !== undefined && sameJson(before, after);
  const fields = self.fields.difference(SERVER_FIELDS);
  const entries = encodeManagers(withManager(kept, { ...self, fields, time: unchanged ? last?.time : time }));
  if (unchanged && sameJson(asJson(entries), asJson(live.metadata.managedFields ?? []))) return live;
  return withEntries(unchanged ? before : after, entries) as unknown as T;
}

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
  if (live && given.size === 0) return withEntries(after, []) as unknown as T;

  const versions = new Versions(updated.apiVersion, write.schema, write.versions);
  const before = live ? withoutManagers(live) : emptyOf(updated, write.schema);
  const change = new Change(before, after, versions, filterOf(write));
  const others = settled(current(given, versions), undefined, change, true);
  const self = writer(write, 'Update', updated.apiVersion);
  const managers = written(others, self, change, updated.apiVersion);
  return withEntries(after, encodeManagers(withoutAncient(managers))) as unknown as T;
}

/** The managers with what `self` wrote; who wrote nothing is left as it is. */
function written(others: Managers, self: Manager, change: Change, apiVersion: string): Managers {
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

/** An object from before its fields were managed belongs to whoever wrote it until now. */
function managersOf(live: KubeObject, before: JsonObject, write: Write): Managers {
  const known = decodeManagers(live.metadata.managedFields);
  if (known.size > 0) return known;
  const self = { ...writer(write, 'Update', live.apiVersion), manager: 'before-first-apply' };
  const versions = new Versions(live.apiVersion, write.schema, write.versions);
  const change = new Change(emptyOf(live, write.schema), before, versions, filterOf(write));
  return written(new Map(), self, change, live.apiVersion);
}

function writer(
  { manager, subresource = '', time }: Write,
  operation: Manager['operation'],
  apiVersion: string,
): Manager {
  return { manager, operation, apiVersion, subresource, time, fields: FieldSet.EMPTY };
}

function filterOf({ ignored = [] }: Write): FieldFilter {
  const none = fieldSet(ignored);
  return (fields) => fields.without(none);
}

function refuseMistyped(applied: KubeObject, { root }: OpenSchema): void {
  const errors = typeErrors(withoutManagers(applied), root);
  if (errors.length === 0) return;
  const { namespace = '', name = '' } = applied.metadata;
  const version = applied.apiVersion.includes('/') ? applied.apiVersion : `/${applied.apiVersion}`;
  const told = errors.length === 1 ? errors[0] : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
  throw new ApiError(
    'Unknown',
    `failed to create typed patch object (${namespace}/${name}; ${version}, Kind=${applied.kind}): ${told}`,
  );
}

/** What an object is compared with that was not there. */
function emptyOf(object: KubeObject, { root }: OpenSchema): JsonObject {
  return { ...zeroObject(root), ...barely(object) };
}

function barely({ apiVersion, kind }: KubeObject): JsonObject {
  return { apiVersion, kind, metadata: {} };
}

const asJson = (entries: readonly ManagedFieldsEntry[]): JsonObject => ({ entries }) as unknown as JsonObject;

function withoutManagers(object: KubeObject): JsonObject {
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata } as unknown as JsonObject;
}

function withEntries(object: JsonObject, entries: readonly ManagedFieldsEntry[]): JsonObject {
  const { apiVersion, kind, metadata, ...fields } = object;
  const managed = entries.length > 0 ? { managedFields: asJson(entries)['entries'] } : {};
  return { apiVersion, kind, metadata: { ...(metadata as JsonObject | null), ...managed }, ...fields };
}
