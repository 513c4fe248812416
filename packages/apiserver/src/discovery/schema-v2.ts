import type { Schema } from '@drover/api';

const V3 = '#/components/schemas/';
const V2 = '#/definitions/';

/** A built-in schema as version 2 of OpenAPI has it: without defaults, and references without anything around them. */
export function builtinSchemaV2({ default: _untold, allOf, ...schema }: Schema): Schema {
  const [only] = allOf ?? [];
  return inner({ ...schema, ...only }, builtinSchemaV2);
}

/** The component of a custom kind as version 2 of OpenAPI has it: nothing is said of a kind that may have any field. */
export function customComponentV2(component: Schema): Schema {
  if (component['x-kubernetes-preserve-unknown-fields'] !== true) return customSchemaV2(component);
  const { description, 'x-kubernetes-group-version-kind': kinds = [] } = component;
  return {
    ...(description === undefined ? {} : { description }),
    type: 'object',
    'x-kubernetes-group-version-kind': kinds,
  };
}

/**
 * A custom kind's schema as version 2 of OpenAPI can say it, and as kubectl understands it: without alternatives and defaults;
 * of what may be null, or may have unknown fields, nothing is said that would refuse either.
 */
function customSchemaV2(published: Schema): Schema {
  const { allOf, anyOf: _any, oneOf: _one, not: _not, default: _untold, nullable, ...schema } = published;
  const { properties, items, type, required, ...rest } = schema;
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const untyped = nullable || (open && type === 'object') || (type === 'array' && (open || items === undefined));
  const needed = required?.filter((name) => !optional(published, name));
  const reference = allOf?.find(({ $ref }) => $ref !== undefined);
  return inner(
    {
      ...rest,
      ...reference,
      ...(untyped || type === undefined ? {} : { type }),
      ...(needed === undefined || needed.length === 0 ? {} : { required: needed }),
      ...(nullable || open || properties === undefined ? {} : { properties }),
      ...(nullable || open || items === undefined ? {} : { items }),
    },
    customSchemaV2,
  );
}

/** Whether kubectl may find a required field missing: it takes null for absent, and sees no fields in an open resource. */
function optional(schema: Schema, name: string): boolean {
  const unseen = schema['x-kubernetes-embedded-resource'] && schema['x-kubernetes-preserve-unknown-fields'];
  return (
    schema.properties?.[name]?.nullable === true || (unseen === true && (name === 'kind' || name === 'apiVersion'))
  );
}

/** The schema with `change` made to every schema right inside it. */
function inner(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const { $ref, properties, items, additionalProperties } = schema;
  const each = Object.entries(properties ?? {}).map(([name, property]) => [name, change(property)]);
  return {
    ...schema,
    ...($ref === undefined ? {} : { $ref: $ref.replace(V3, V2) }),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(each) }),
    ...(items === undefined ? {} : { items: change(items) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: change(additionalProperties) } : {}),
  };
}
