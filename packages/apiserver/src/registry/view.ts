import { apiVersion, type KubeObject } from '@drover/api';
import type { ResourceDefinition, Served } from '../catalog/definition.js';
import { decodeStored } from '../storage/rendering.js';

/** `apiVersion` of the objects of a request. */
export function servedVersion({ definition, version }: Served): string {
  return apiVersion({ group: definition.group, version: version.name });
}

/** `apiVersion` of a kind's objects as they are stored. */
export function storedVersion({ group, storageVersion, storedAs }: ResourceDefinition): string {
  return apiVersion(storedAs ?? { group, version: storageVersion });
}

/** A stored object as this request's version shows it: the caller's own to change. */
export function viewOf(served: Served, value: Uint8Array, revision: number): KubeObject {
  const stored = decodeStored(value, revision);
  return { ...(served.version.convert?.fromStored(stored) ?? stored), apiVersion: servedVersion(served) };
}
