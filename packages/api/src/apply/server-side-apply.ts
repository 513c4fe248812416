import { ApiError, badRequest } from '../errors.js';
import type { JsonObject, KubeObject } from '../object.js';
import type { OpenSchema } from '../schema/open-schema.js';
import { sameJson } from '../schema/same-json.js';
import { withoutAbandoned } from './abandoned.js';
import { FieldConflicts } from './conflict.js';
import { fieldSetOf } from './fields-of.js';
import { lastAppliedFields, withLastApplied } from './last-applied.js';
import { asJson, barely, emptyOf, withEntries, withoutManagers } from './managed-object.js';
import { decodeManagers, encodeManagers, identity, type Manager, type Managers } from './managers.js';
import { merge } from './merge.js';
import { Change, current, settled, withManager } from './ownership.js';
import { typeErrors } from './type-errors.js';
import { written } from './update.js';
import { Versions } from './versions.js';
import { filterOf, SERVER_FIELDS, type Write, writer } from './write.js';

/** The manager that takes over, without conflict, what it applied on the client before. */
const KUBECTL = 'kubectl';

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
  return withEntries(unchanged ? before : after, entries) as T;
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
