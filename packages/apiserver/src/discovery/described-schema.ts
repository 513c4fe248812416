import type { Descriptions, Schema } from '@drover/api';

/** A built-in schema with what it and its fields are in words. A reference with words stands in `allOf`: alone, it hides them. */
export function describedSchema(words: Descriptions, component: string, schema: Schema): Schema {
  const { properties } = schema;
  const fields = Object.entries(properties ?? {}).map(([name, field]): [string, Schema] => [
    name,
    described(field, words.find(component, name)?.text),
  ]);
  return {
    ...described(schema, words.find(component)?.text),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(fields) }),
  };
}

function described(schema: Schema, text: string | undefined): Schema {
  if (text === undefined) return schema;
  const { $ref, ...rest } = schema;
  return $ref === undefined ? { description: text, ...schema } : { description: text, ...rest, allOf: [{ $ref }] };
}
