import type { Schema } from '@drover/api';
import type { ResourceDefinition, VersionDefinition } from '../catalog/definition.js';

const REF = '#/components/schemas/';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const CONVENTIONS = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md';

const text = (description: string, anchor: string): Schema => ({
  description: `${description} More info: ${CONVENTIONS}#${anchor}`,
  type: 'string',
});
const meta = (description: string, anchor: string, type: string): Schema => ({
  description: `${description} More info: ${CONVENTIONS}#${anchor}`,
  allOf: [{ $ref: `${REF}${META}.${type}` }],
});

const API_VERSION = text(
  'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values.',
  'resources',
);
const KIND = text(
  'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase.',
  'types-kinds',
);
const METADATA = meta("Standard object's metadata.", 'metadata', 'ObjectMeta');
/** What every resource has that is embedded in another one. */
const EMBEDDED = {
  apiVersion: text('apiVersion defines the versioned schema of this representation of an object.', 'resources'),
  kind: text('kind is a string value representing the type of this object. In CamelCase.', 'types-kinds'),
  metadata: METADATA,
};

/** The component of a custom kind's version: what its definition says, and what every kind has. */
export function customComponent({ group, kind }: ResourceDefinition, version: VersionDefinition): Schema {
  const schema = embedded(version.document());
  return {
    ...schema,
    properties: { ...schema.properties, apiVersion: API_VERSION, kind: KIND, metadata: METADATA },
    ...named(group, version, kind),
  };
}

/** The component of a custom kind's lists; `item` is that of the kind itself. */
export function customListComponent(
  { group, kind, listKind, plural }: ResourceDefinition,
  version: VersionDefinition,
  item: string,
): Schema {
  const items: Schema = {
    description: `List of ${plural}. More info: ${CONVENTIONS}`,
    type: 'array',
    items: { $ref: `${REF}${item}` },
  };
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: API_VERSION,
      items,
      kind: KIND,
      metadata: meta('Standard list metadata.', 'types-kinds', 'ListMeta'),
    },
    ...named(group, version, listKind),
  };
}

function named(group: string, { name, selectableFields }: VersionDefinition, kind: string): object {
  return {
    'x-kubernetes-group-version-kind': [{ group, version: name, kind }],
    'x-kubernetes-selectable-fields': selectableFields.map(({ path }) => ({ fieldPath: path })),
  };
}

/** The schema with the fields that embedded resources have without being declared. */
function embedded(schema: Schema): Schema {
  const { properties, items, additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const inner = Object.entries(properties ?? {}).map(([name, value]) => [name, embedded(value)] as const);
  return {
    ...schema,
    ...(properties === undefined && !isEmbedded
      ? {}
      : { properties: { ...Object.fromEntries(inner), ...(isEmbedded ? EMBEDDED : {}) } }),
    ...(isEmbedded ? { required: [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])] } : {}),
    ...(typeof items === 'object' && !Array.isArray(items) ? { items: embedded(items as Schema) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: embedded(additionalProperties) } : {}),
  };
}
