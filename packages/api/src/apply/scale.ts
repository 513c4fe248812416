import type { ManagedFieldsEntry } from '../object.js';
import { FieldSet } from './field-set.js';
import { decodeManagers, encodeManagers, identity, type Manager } from './managers.js';
import { fieldElement } from './path-element.js';

/** Where a kind keeps its number of replicas, by apiVersion; `undefined` for a version that it does not have. */
export type ReplicasPath = (apiVersion: string) => readonly string[] | undefined;

const SCALE_VERSION = 'autoscaling/v1';
const pathOf = (names: readonly string[]): FieldSet => FieldSet.path(...names.map(fieldElement));
const SCALE_REPLICAS = pathOf(['spec', 'replicas']);
const holds = ({ fields }: Manager, path: FieldSet): boolean => !fields.intersection(path).isEmpty;

/**
 * The managers of an object's Scale: those of the object that manage its number of replicas.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function scaleManagers(
  entries: readonly ManagedFieldsEntry[] | undefined,
  replicas: ReplicasPath,
): ManagedFieldsEntry[] {
  const managers = [...decodeManagers(entries).values()].filter((manager) => {
    const path = replicas(manager.apiVersion);
    return path !== undefined && holds(manager, pathOf(path));
  });
  const scaled = managers.map((manager) => ({ ...manager, apiVersion: SCALE_VERSION, fields: SCALE_REPLICAS }));
  // One who updates the object in several versions is still told apart by the version it used.
  return encodeManagers(new Map(scaled.map((manager, index) => [identity(managers[index] ?? manager), manager])));
}

/**
 * The managers of an object after a write to its Scale that left `scale`: the number of replicas is theirs alone.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function scaledManagers(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  replicas: ReplicasPath,
): ManagedFieldsEntry[] {
  const scalers = [...decodeManagers(scale).values()].filter((manager) => holds(manager, SCALE_REPLICAS));
  const result = new Map<string, Manager>();
  for (const manager of decodeManagers(parent).values()) {
    const path = replicas(manager.apiVersion);
    if (path === undefined) continue;
    const kept = scalers.findIndex((scaler) => sameWriter(scaler, manager));
    const stolen = holds(manager, pathOf(path)) && kept < 0;
    if (holds(manager, pathOf(path)) && kept >= 0) scalers.splice(kept, 1);
    const fields = stolen ? manager.fields.difference(pathOf(path)) : manager.fields;
    result.set(identity(manager), { ...manager, fields });
  }
  for (const scaler of scalers) {
    // As Kubernetes: who had no part in the object until now is told without a time.
    const time = [...result.values()].find((known) => identity(known) === identity(scaler))?.time;
    const manager = { ...scaler, apiVersion, time, fields: pathOf(replicas(apiVersion) ?? []) };
    const known = result.get(identity(manager));
    result.set(identity(manager), { ...manager, fields: known ? known.fields.union(manager.fields) : manager.fields });
  }
  return encodeManagers(result);
}

const sameWriter = (a: Manager, b: Manager): boolean =>
  a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
