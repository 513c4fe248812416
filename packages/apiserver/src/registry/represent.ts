import type { Column, KubeObject, ObjectMeta, ProtobufDocument } from '@drover/api';
import type { VersionDefinition } from '../catalog/definition.js';
import type { Representation } from '../request/negotiation.js';

/** What a table's rows carry of their objects (query parameter `includeObject`). */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** meta/v1 Table. */
interface Table extends ProtobufDocument {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly columnDefinitions: readonly unknown[];
  readonly rows: readonly unknown[];
}

/** meta/v1 PartialObjectMetadata. */
interface PartialObjectMetadata extends ProtobufDocument {
  readonly metadata: ObjectMeta;
}

/** A table row. */
export function tableRow(
  object: KubeObject,
  columns: readonly Column[],
  include: IncludeObject,
  version: Representation['version'],
  now: number,
): unknown {
  const cells = columns.map((column) => column.cell(object, now));
  if (include === 'None') return { cells, object: null };
  return { cells, object: include === 'Object' ? object : partialMetadata(object, version) };
}

/** A Table (meta/v1) of rows. */
export function table(
  rows: readonly unknown[],
  columns: readonly Column[],
  metadata: Readonly<Record<string, unknown>>,
  version: Representation['version'],
): Table {
  const columnDefinitions = columns.map(({ definition }) => definition);
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions, rows };
}

/** An object's metadata alone (meta/v1 PartialObjectMetadata). */
export function partialMetadata({ metadata }: KubeObject, version: Representation['version']): PartialObjectMetadata {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

/** One object in the form that was asked for. */
export function represent(
  object: KubeObject,
  { columns }: VersionDefinition,
  { form, version }: Representation,
  now: number,
  include: IncludeObject = 'Metadata',
): ProtobufDocument {
  switch (form) {
    case 'object':
      return object;
    case 'metadata':
      return partialMetadata(object, version);
    case 'table': {
      const { resourceVersion } = object.metadata;
      return table([tableRow(object, columns, include, version, now)], columns, { resourceVersion }, version);
    }
  }
}
