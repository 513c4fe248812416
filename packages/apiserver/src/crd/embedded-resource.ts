import {
  dns1035Label,
  FieldPath,
  isJsonObject,
  type JsonObject,
  type KubeObject,
  type OpenSchema,
  pathSegment,
  type Schema,
  type StatusCause,
} from '@drover/api';
import { metadataShape, validateMetadata } from '../registry/metadata.js';

type SchemaNode = OpenSchema['root'];

/** What is wrong with the resources that an object has inside: their kind and version, and their metadata. */
export function embeddedCauses(schema: OpenSchema, object: KubeObject): StatusCause[] {
  const causes: StatusCause[] = [];
  const path = new FieldPath();
  const visit = (value: unknown, node: SchemaNode | null): void => {
    if (!node || !embeds(node.schema)) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) at(index, () => visit(item, node.items));
    } else if (isJsonObject(value)) {
      if (node.embedded) causes.push(...resourceCauses(value, path.toString()));
      for (const [key, item] of Object.entries(value)) at(key, () => visit(item, node.child(key)));
    }
  };
  const at = (step: string | number, inside: () => void): void => {
    path.push(step);
    inside();
    path.pop();
  };
  visit(object, schema.root);
  return causes;
}

const embedding = new WeakMap<Schema, boolean>();

/** Whether a schema has embedded resources, itself or anywhere below. */
function embeds(schema: Schema): boolean {
  const known = embedding.get(schema);
  if (known !== undefined) return known;
  const { properties = {}, items, additionalProperties } = schema;
  const inner = [...Object.values(properties), items, additionalProperties];
  const found =
    schema['x-kubernetes-embedded-resource'] === true ||
    inner.some((child) => typeof child === 'object' && embeds(child));
  embedding.set(schema, found);
  return found;
}

function resourceCauses(resource: JsonObject, path: string): StatusCause[] {
  const { apiVersion, kind, metadata } = resource;
  const causes: StatusCause[] = [];
  const invalid = (field: string, value: unknown, why: string): void => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${why}`;
    causes.push({ reason: 'FieldValueInvalid', message, field: `${path}.${field}` });
  };
  for (const [field, value] of Object.entries({ apiVersion, kind })) {
    if (value === undefined) {
      const message = 'Required value: must not be empty';
      causes.push({ reason: 'FieldValueRequired', message, field: `${path}.${field}` });
    } else if (value === '') invalid(field, value, 'must not be empty');
  }
  if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2)
    invalid('apiVersion', apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  const why = typeof kind === 'string' && kind !== '' ? dns1035Label(kind.toLowerCase()) : undefined;
  if (why !== undefined) invalid('kind', kind, `may have mixed case, but should otherwise match: ${why}`);
  // What has another type than metadata's fields have is told by the schema.
  if (!isJsonObject(metadata) || metadataShape(structuredClone(metadata), '') !== undefined) return causes;
  const named = { ...metadata, name: typeof metadata['name'] === 'string' ? metadata['name'] : 'unnamed' };
  const inside = validateMetadata(named, { nameRule: pathSegment, qualifiedFinalizers: false });
  return [...causes, ...inside.map((cause) => ({ ...cause, field: `${path}.${cause.field}` }))];
}
