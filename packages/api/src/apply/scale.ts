import type { ManagedFieldsEntry } from '../object.js';
import { FieldSet } from './field-set.js';
import { decodeManagers, encodeManagers, type Manager } from './managers.js';
import { fieldElement } from './path-element.js';

/**
 * Where a kind keeps its number of replicas, by apiVersion: no names for a version that keeps none, `undefined` for one that the
 * kind does not have.
 */
export type ReplicasPath = (apiVersion: string) => readonly string[] | undefined;

const SCALE_VERSION = 'autoscaling/v1';
const pathOf = (names: readonly string[]): FieldSet => FieldSet.path(...names.map(fieldElement));
const SCALE_REPLICAS = pathOf(['spec', 'replicas']);
const holds = ({ fields }: Manager, path: FieldSet): boolean => !fields.intersection(path).isEmpty;

/** The replicas among a manager's fields; `undefined` when it has none of them. */
function replicasOf(manager: Manager, names: readonly string[] | undefined): FieldSet | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const path = pathOf(names);
  return holds(manager, path) ? path : undefined;
}

/**
 * The managers of an object's Scale: those of the object that manage its number of replicas.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function scaleManagers(
  entries: readonly ManagedFieldsEntry[] | undefined,
  replicas: ReplicasPath,
): ManagedFieldsEntry[] {
  const scaled = new Map<string, Manager>();
  for (const [id, manager] of decodeManagers(entries)) {
    if (replicasOf(manager, replicas(manager.apiVersion)) === undefined) continue;
    // One who updates the object in several versions is still told apart by the version it used.
    scaled.set(id, { ...manager, apiVersion: SCALE_VERSION, fields: SCALE_REPLICAS });
  }
  return encodeManagers(scaled);
}

/**
 * The managers of an object after a write to its Scale that left `scale`: the number of replicas is theirs alone. As in Kubernetes, who
 * updates an object is another manager than who updates its Scale, so that one may be told twice.
 *
 * @throws ApiError BadRequest for entries that are none.
 */
export function scaledManagers(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  apiVersion: string,
  replicas: ReplicasPath,
): ManagedFieldsEntry[] {
  const known = decodeManagers(parent);
  const scalers = new Map([...decodeManagers(scale)].filter(([, manager]) => holds(manager, SCALE_REPLICAS)));
  const result = new Map<string, Manager>();
  for (const [id, manager] of known) {
    const names = replicas(manager.apiVersion);
    if (names === undefined) continue;
    const owned = replicasOf(manager, names);
    const kept = owned === undefined || scalers.delete(id);
    result.set(id, kept ? manager : { ...manager, fields: manager.fields.difference(owned) });
  }
  for (const [id, scaler] of scalers) {
    // Who had no part in the object until now is told without a time.
    const time = known.get(id)?.time;
    result.set(id, { ...scaler, apiVersion, time, fields: pathOf(replicas(apiVersion) ?? []) });
  }
  return encodeManagers(result);
}
