import type { Schema } from '@drover/api';
import { builtinDescriptions } from '@drover/api/schemas';
import type { ResourceDefinition, VersionDefinition } from '../catalog/definition.js';

const REF = '#/components/schemas/';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** A field that every kind has, or every list, in the words that built-in ones have for it. */
const common = (name: string, schema: Schema, definition = ''): Schema => {
  const description = builtinDescriptions().find(definition, name)?.text;
  return description === undefined ? schema : { description, ...schema };
};
const apiVersion = (): Schema => common('apiVersion', { type: 'string' });
const kind = (): Schema => common('kind', { type: 'string' });
const metadata = (): Schema => common('metadata', { allOf: [{ $ref: `${REF}${META}.ObjectMeta` }] });
const everyKind = (): Record<string, Schema> => ({ apiVersion: apiVersion(), kind: kind(), metadata: metadata() });

/** The component of a custom kind's version: what its definition says, and what every kind has. */
export function customComponent(definition: ResourceDefinition, version: VersionDefinition): Schema {
  const schema = published(version.document());
  return {
    ...schema,
    properties: { ...schema.properties, ...everyKind() },
    ...named(definition.group, version, definition.kind),
  };
}

/** The component of a custom kind's lists; `item` is that of the kind itself. */
export function customListComponent(
  { group, kind: itemKind, listKind }: ResourceDefinition,
  version: VersionDefinition,
  item: string,
): Schema {
  return {
    description: `${listKind} is a list of ${itemKind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: apiVersion(),
      items: common('items', { type: 'array', items: { $ref: `${REF}${item}` } }, 'List'),
      kind: kind(),
      metadata: common('metadata', { allOf: [{ $ref: `${REF}${META}.ListMeta` }] }, 'List'),
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
      : { properties: { ...Object.fromEntries(inner), ...(isEmbedded ? everyKind() : {}) } }),
    ...(isEmbedded ? { required: [...new Set([...(schema.required ?? []), 'kind', 'apiVersion'])] } : {}),
    ...(typeof items === 'object' && !Array.isArray(items) ? { items: published(items as Schema) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: published(additionalProperties) } : {}),
  };
}
