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
  const schema = published(version.document());
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

/** What definitions may say of a schema beside the schema itself. */
interface Declared extends Schema {
  readonly example?: unknown;
  readonly externalDocs?: unknown;
}

/** Numbers and texts, as a structural schema that does not say so itself means them. */
const INT_OR_STRING: Pick<Schema, 'anyOf'> = { anyOf: [{ type: 'integer' }, { type: 'string' }] };

/**
 * The schema as it is published: with the fields that embedded resources have without being declared, and without examples and
 * documents elsewhere.
 */
function published({ example: _example, externalDocs: _elsewhere, ...schema }: Declared): Schema {
  const { properties, items, additionalProperties } = schema;
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const inner = Object.entries(properties ?? {}).map(([name, value]) => [name, published(value)] as const);
  const eitherUnsaid = schema['x-kubernetes-int-or-string'] && schema.anyOf === undefined && schema.allOf === undefined;
  return {
    ...(eitherUnsaid ? INT_OR_STRING : {}),
    ...schema,
    ...(properties === undefined && !isEmbedded
      ? {}
      : { properties: { ...Object.fromEntries(inner), ...(isEmbedded ? EMBEDDED : {}) } }),
    ...(isEmbedded ? { required: [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])] } : {}),
    ...(typeof items === 'object' && !Array.isArray(items) ? { items: published(items as Schema) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: published(additionalProperties) } : {}),
  };
}
