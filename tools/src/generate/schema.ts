/** The part of JSON schema that Kubernetes' OpenAPI documents and CRDs use, as it is read from disk. */
export interface Schema {
  $ref?: string;
  type?: string;
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  required?: string[];
  enum?: unknown[];
  nullable?: boolean;
  default?: unknown;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  not?: Schema;
  description?: string;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  'x-kubernetes-unions'?: unknown;
}

/** A copy of `schema` in which each schema node, innermost first, is what `change` makes of it. */
export function mapSchema(schema: Schema, change: (node: Schema) => Schema): Schema {
  const each = (record: Record<string, Schema>): Record<string, Schema> =>
    Object.fromEntries(Object.entries(record).map(([name, child]) => [name, mapSchema(child, change)]));
  const list = (nodes: Schema[]): Schema[] => nodes.map((child) => mapSchema(child, change));
  const copy: Schema = { ...schema };
  if (schema.properties) copy.properties = each(schema.properties);
  if (schema.items) copy.items = mapSchema(schema.items, change);
  if (typeof schema.additionalProperties === 'object')
    copy.additionalProperties = mapSchema(schema.additionalProperties, change);
  if (schema.allOf) copy.allOf = list(schema.allOf);
  if (schema.anyOf) copy.anyOf = list(schema.anyOf);
  if (schema.oneOf) copy.oneOf = list(schema.oneOf);
  if (schema.not) copy.not = mapSchema(schema.not, change);
  return change(copy);
}

/** The schema without prose: the facts of the interface only. */
export function withoutProse(schema: Schema): Schema {
  return mapSchema(schema, ({ description: _prose, ...facts }) => facts);
}
