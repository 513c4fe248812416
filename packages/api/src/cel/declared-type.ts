import { MAX_REQUEST_BYTES } from '../body/limits.js';
import type { SchemaNode } from '../schema/node.js';
import { fieldNamed } from './escaping.js';
import { type CelType, DYN, listOf, mapOf, STRING, scalar } from './type.js';

/** Characters of the longest text that a request can bring, without its quotes (apiserver cel/limits). */
const MAX_TEXT = MAX_REQUEST_BYTES - 2;

/** What a schema says about a value, to those who type-check expressions and estimate what they cost. */
export interface DeclaredType {
  readonly type: CelType;
  /** The most characters, elements or entries it can have. */
  readonly maxElements: number;
  /** The fewest bytes it has as JSON. */
  readonly minSize: number;
  /** What a list or map holds. */
  readonly element?: DeclaredType;
  /** What is known of a field of an object, by the name expressions use. */
  field?(name: string): DeclaredType | undefined;
}

/** The fields that expressions see of every resource, whatever its schema says. */
const METADATA_FIELDS = new Set(['name', 'generateName']);

/**
 * The type of the values of a schema; `undefined` when it says too little for expressions to ask about them. A resource
 * has `apiVersion`, `kind`, and of its metadata the names. `name` tells types of objects apart.
 */
export function declaredType(node: SchemaNode, name: string, isResource = node.embedded): DeclaredType | undefined {
  if (node.intOrString) return { type: DYN, maxElements: bytesOf(node) ?? MAX_TEXT, minSize: 1 };
  if (isResource) return objectType(node, name, true);
  switch (node.type) {
    case 'array':
      return listType(node, name);
    case 'object':
      return typeof node.schema.additionalProperties === 'object' ? mapType(node, name) : objectType(node, name, false);
    case 'string':
      return textType(node);
    case 'boolean':
      return { type: scalar('bool'), maxElements: 0, minSize: 4 };
    case 'number':
      return { type: scalar('double'), maxElements: 0, minSize: 1 };
    case 'integer':
      return { type: scalar('int'), maxElements: 0, minSize: 1 };
    default:
      return undefined;
  }
}

function listType({ items, schema }: SchemaNode, name: string): DeclaredType | undefined {
  const element = items ? declaredType(items, `${name}.@elem`) : undefined;
  if (!element) return undefined;
  const maxElements = schema.maxItems ?? Math.floor(MAX_TEXT / (element.minSize + 1));
  return { type: listOf(element.type), maxElements: Math.max(0, maxElements), minSize: 2, element };
}

function mapType({ additional, schema }: SchemaNode, name: string): DeclaredType | undefined {
  const element = additional ? declaredType(additional, `${name}.@elem`) : undefined;
  if (!element) return undefined;
  // A key, its quotes, a colon and a comma beside each value.
  const maxElements = schema.maxProperties ?? Math.floor(MAX_TEXT / (element.minSize + 6));
  return { type: mapOf(STRING, element.type), maxElements: Math.max(0, maxElements), minSize: 2, element };
}

function objectType(node: SchemaNode, name: string, isResource: boolean): DeclaredType {
  const known = new Map<string, DeclaredType | undefined>();
  const field = (escaped: string): DeclaredType | undefined => {
    if (known.has(escaped)) return known.get(escaped);
    const made = isResource
      ? resourceField(node, name, escaped)
      : propertyType(node, fieldNamed(escaped, node.properties.keys()), name);
    known.set(escaped, made);
    return made;
  };
  return {
    type: { kind: 'object', name, field: (escaped) => field(escaped)?.type },
    maxElements: 0,
    get minSize() {
      return minSizeOf(node, name);
    },
    field,
  };
}

const propertyType = (node: SchemaNode, property: string | undefined, name: string): DeclaredType | undefined => {
  const child = property === undefined ? undefined : node.properties.get(property);
  return child && declaredType(child, `${name}.${property}`);
};

/** Beside what the schema says, every resource has a type and names; it cannot say more about those. */
function resourceField(node: SchemaNode, name: string, field: string): DeclaredType | undefined {
  if (field === 'apiVersion' || field === 'kind') return TEXT;
  if (field !== 'metadata') return propertyType(node, fieldNamed(field, node.properties.keys()), name);
  return {
    type: {
      kind: 'object',
      name: `${name}.metadata`,
      field: (inner) => (METADATA_FIELDS.has(inner) ? STRING : undefined),
    },
    maxElements: 0,
    minSize: 2,
    field: (inner) => (METADATA_FIELDS.has(inner) ? TEXT : undefined),
  };
}

/** Braces, and what has to be in them: fields that are required and have no default. */
function minSizeOf({ properties, required }: SchemaNode, name: string): number {
  const needed = new Set(required);
  let size = 2;
  for (const [property, child] of properties) {
    if (!needed.has(property) || child.default !== undefined) continue;
    const declared = declaredType(child, `${name}.${property}`);
    if (declared) size += property.length + declared.minSize + 4;
  }
  return size;
}

const TEXT: DeclaredType = { type: STRING, maxElements: MAX_TEXT, minSize: 2 };

/** Lengths count characters, of which each has up to four bytes. */
const bytesOf = ({ schema: { maxLength } }: SchemaNode): number | undefined =>
  maxLength === undefined ? undefined : Math.max(0, maxLength) * 4;

function textType(node: SchemaNode): DeclaredType {
  const { format, maxLength, enum: values = [] } = node.schema;
  switch (format) {
    case 'byte':
      return { type: scalar('bytes'), maxElements: Math.max(0, maxLength ?? MAX_TEXT), minSize: 2 };
    case 'duration':
      return { type: scalar('duration'), maxElements: 32, minSize: 3 };
    case 'date':
      return { type: scalar('timestamp'), maxElements: 12, minSize: 12 };
    case 'date-time':
      return { type: scalar('timestamp'), maxElements: 32, minSize: 21 };
    default: {
      const longest =
        values.length === 0
          ? MAX_TEXT
          : Math.max(...values.map((value) => (typeof value === 'string' ? value.length : 0)));
      return { type: STRING, maxElements: bytesOf(node) ?? longest, minSize: 2 };
    }
  }
}
