import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../object.js';
import type { OpenSchema } from '../schema/open-schema.js';
import { zeroObject } from './zero-object.js';

/** What an object is compared with that was not there. */
export function emptyOf(object: KubeObject, { root }: OpenSchema): JsonObject {
  return { ...zeroObject(root), ...barely(object) };
}

/** What an object is before anything is said about it. */
export function barely({ apiVersion, kind }: KubeObject): JsonObject {
  return { apiVersion, kind, metadata: {} };
}

/** Managers as the JSON that they are, to compare them. */
export const asJson = (entries: readonly ManagedFieldsEntry[]): JsonObject => ({ entries });

/** What is managed of an object. */
export function withoutManagers(object: KubeObject): JsonObject {
  const { managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** The object with its managers written down; with no word of any when there are none. */
export function withEntries(object: JsonObject, entries: readonly ManagedFieldsEntry[]): JsonObject {
  const { apiVersion, kind, metadata, ...fields } = object;
  const managed = entries.length > 0 ? { managedFields: asJson(entries)['entries'] } : {};
  return { apiVersion, kind, metadata: { ...(metadata as JsonObject | null), ...managed }, ...fields };
}
