import type { OpenSchema } from '../schema/open-schema.js';
import { FieldSet } from './field-set.js';
import type { Manager } from './managers.js';
import type { FieldFilter } from './ownership.js';
import { fieldElement } from './path-element.js';
import type { KindVersion } from './versions.js';

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

const fieldSet = (paths: readonly (readonly string[])[]): FieldSet =>
  paths.reduce((set, path) => set.union(FieldSet.path(...path.map(fieldElement))), FieldSet.EMPTY);

/** Nobody manages what the server alone decides. */
export const SERVER_FIELDS: FieldSet = fieldSet([
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

/** Who writes, as a manager that has no fields yet. */
export function writer(
  { manager, subresource = '', time }: Write,
  operation: Manager['operation'],
  apiVersion: string,
): Manager {
  return { manager, operation, apiVersion, subresource, time, fields: FieldSet.EMPTY };
}

/** What of the object's fields the request can write. */
export function filterOf({ ignored = [] }: Write): FieldFilter {
  const none = fieldSet(ignored);
  return (fields) => fields.without(none);
}
