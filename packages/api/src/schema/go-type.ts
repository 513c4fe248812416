import { isJsonObject } from '../json-object.js';
import type { Json } from '../object.js';
import { base64Fault } from './base64-fault.js';
import type { SchemaNode } from './node.js';
import { quantityFault } from './quantity-fault.js';

/** A value that cannot be read into the Go type of its field. */
export interface GoTypeFault {
  /** As `encoding/json` tells it, which reads bodies and most patches. */
  readonly decoding: string;
  /** As the converter of maps tells it, which reads what a strategic merge patch made. */
  readonly conversion: string;
}

/**
 * The first value of a built-in kind's object that is of another type than its field in Go; `undefined` when all can be read.
 * `kind` is the name of the object's own type.
 */
export function goTypeFault(object: Json, root: SchemaNode, kind: string): GoTypeFault | undefined {
  return isJsonObject(object) ? fieldsFault(object, root, { struct: kind, path: '' }) : undefined;
}

/** The struct that a value is in, and the fields that lead to it. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

function fieldsFault(object: Json, node: SchemaNode, { struct, path }: Place): GoTypeFault | undefined {
  if (!isJsonObject(object)) return undefined;
  for (const [name, item] of Object.entries(object)) {
    const child = node.properties.get(name);
    if (child === undefined || item === undefined) continue;
    const fault = valueFault(item, child, { struct, path: path === '' ? name : `${path}.${name}` });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function valueFault(value: Json, node: SchemaNode, place: Place): GoTypeFault | undefined {
  if (value === null) return undefined;
  switch (node.type) {
    case 'string':
      // Times and the like read themselves.
      if (node.schema.format === 'date-time') return undefined;
      if (typeof value !== 'string') return fault(value, node, place);
      return node.schema.format === 'byte' ? ownFault(base64Fault(value)) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : fault(value, node, place);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value) ? undefined : fault(value, node, place);
    case 'number':
      return typeof value === 'number' ? undefined : fault(value, node, place);
    case 'array':
      return Array.isArray(value) ? itemsFault(value, node.items, place) : fault(value, node, place);
    case 'object':
      if (!isJsonObject(value)) return node.preservesUnknown ? undefined : fault(value, node, place);
      if (node.properties.size > 0) return fieldsFault(value, node, { ...place, struct: structName(node) });
      return itemsFault(Object.values(value), node.additional, place);
    default:
      return node.isQuantity ? ownFault(quantityFault(value)) : undefined;
  }
}

function itemsFault(
  items: readonly (Json | undefined)[],
  node: SchemaNode | null,
  place: Place,
): GoTypeFault | undefined {
  if (node === null) return undefined;
  for (const item of items) {
    const found = item === undefined ? undefined : valueFault(item, node, place);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a type that reads itself says, which is the same whoever asks it to. */
const ownFault = (why: string | undefined): GoTypeFault | undefined =>
  why === undefined ? undefined : { decoding: why, conversion: why };

const structName = (node: SchemaNode): string => node.component.slice(node.component.lastIndexOf('.') + 1);

function fault(value: Json, node: SchemaNode, { struct, path }: Place): GoTypeFault {
  const number = typeof value === 'number' && node.type === 'integer' ? `number ${value}` : undefined;
  return mistyped(value, `${struct}.${path}`, goType(node), number);
}

/**
 * The fault of a value that a field cannot hold. `field` is told with its struct, `type` is the name of its type in Go, `kind` what JSON
 * calls the value.
 */
export function mistyped(value: unknown, field: string, type: string, kind = jsonKind(value)): GoTypeFault {
  return {
    decoding: `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`,
    conversion: conversionText(value, type),
  };
}

const TEXTS = ['string', 'types.UID'];

function conversionText(value: unknown, type: string): string {
  if (type.startsWith('[]')) return `cannot restore slice from ${goKind(value)}`;
  if (type.startsWith('map[')) return `cannot restore map from ${goKind(value)}`;
  const text = TEXTS.includes(type);
  if (!text && type.includes('.')) return `cannot restore struct from: ${goKind(value)}`;
  // Go makes a text of a whole number and cuts a fraction off; that it would is refused in words of its own.
  if (typeof value === 'number' && (text ? Number.isInteger(value) : type.startsWith('int')))
    return `cannot convert ${goKind(value)} to ${type}`;
  return `unrecognized type: ${text ? 'string' : type}`;
}

function goType(node: SchemaNode): string {
  switch (node.type) {
    case 'string':
      return node.schema.format === 'byte' ? '[]uint8' : 'string';
    case 'boolean':
      return 'bool';
    case 'integer':
      return node.schema.format === 'int64' ? 'int64' : 'int32';
    case 'number':
      return 'float64';
    case 'array':
      return `[]${node.items ? goType(node.items) : 'interface {}'}`;
    case 'object':
      if (node.properties.size > 0) return node.component.split('.').slice(-2).join('.');
      return `map[string]${node.additional ? goType(node.additional) : 'interface {}'}`;
    default:
      return node.component.split('.').slice(-2).join('.');
  }
}

function jsonKind(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function goKind(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'slice';
  return typeof value === 'object' ? 'map' : 'string';
}
