import { goSyntax, goText, goType } from '../body/go-value.js';
import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import {
  fieldElement,
  indexElement,
  keyElement,
  keyOf,
  type PathElement,
  printElement,
  valueElement,
} from './path-element.js';
import { fieldsOf } from './structure.js';

/**
 * Why a value is none of its schema's type, in the words of structured-merge-diff: each with its path, in the order they are
 * found. Null is a value of every type. What the schema says nothing about is of any type.
 */
export function typeErrors(value: Json, node: SchemaNode | null, preserving = false): string[] {
  return errorsOf(value, node, preserving).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

interface TypeError {
  readonly path: string;
  readonly message: string;
}

const NONE: readonly TypeError[] = [];
const wrong = (message: string): TypeError[] => [{ path: '', message }];
const below = (step: PathElement, errors: readonly TypeError[]): readonly TypeError[] =>
  errors.length === 0 ? errors : errors.map(({ path, message }) => ({ path: `${printElement(step)}${path}`, message }));

function errorsOf(value: Json, node: SchemaNode | null, preserving: boolean): readonly TypeError[] {
  if (value === null || node === null) return NONE;
  const preserves = preserving || node.preservesUnknown;
  switch (node.type) {
    case 'string':
      return typeof value === 'string'
        ? NONE
        : wrong(`expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? NONE : wrong(`expected numeric (int or float), got ${goType(value)}`);
    case 'boolean':
      return typeof value === 'boolean' ? NONE : wrong(`expected boolean, got &{${goText(value)}}`);
    case 'object':
      return isJsonObject(value)
        ? objectErrors(value, node, preserves)
        : wrong(`expected map, got &{${goText(value)}}`);
    case 'array':
      return Array.isArray(value)
        ? listErrors(value, node, preserves)
        : wrong(`expected list, got &{${goText(value)}}`);
    default:
      if (!node.intOrString && !node.schema.oneOf) return NONE;
      return typeof value === 'object' ? wrong(`expected any scalar, got &{${goText(value)}}`) : NONE;
  }
}

function objectErrors(object: JsonObject, node: SchemaNode, preserves: boolean): TypeError[] {
  const open = preserves || (node.properties.size === 0 && node.additional === null);
  const errors: TypeError[] = [];
  for (const [name, item] of fieldsOf(object)) {
    const child = node.child(name);
    const step = fieldElement(name);
    if (child === null && !open && !(node.embedded && ['apiVersion', 'kind', 'metadata'].includes(name)))
      return [...errors, ...below(step, wrong('field not declared in schema'))];
    errors.push(...below(step, errorsOf(item, child, preserves)));
  }
  return errors;
}

function listErrors(list: readonly Json[], node: SchemaNode, preserves: boolean): TypeError[] {
  const { items, mapKeys, listType } = node;
  const errors: TypeError[] = [];
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    let element = indexElement(index);
    if (listType === 'map' || listType === 'set') {
      const why = listType === 'map' ? keylessReason(item, mapKeys, items) : memberReason(item);
      if (why !== undefined) return [...errors, ...wrong(`element ${index}: ${why}`)];
      element = listType === 'map' ? (keyElement(item, mapKeys, items) ?? element) : valueElement(item);
      if (seen.has(element)) errors.push(...wrong(`duplicate entries for key ${printElement(element)}`));
      seen.add(element);
    }
    errors.push(...below(element, errorsOf(item, items, preserves)));
  }
  return errors;
}

function keylessReason(item: Json, mapKeys: readonly string[], items: SchemaNode | null): string | undefined {
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isJsonObject(item)) return 'associative list with keys may not have non-map elements';
  const missing = mapKeys.find((key) => keyOf(item, key, items) === undefined);
  return missing === undefined
    ? undefined
    : `associative list with keys has an element that omits key field ${JSON.stringify(missing)} (and doesn't have default value)`;
}

function memberReason(item: Json): string | undefined {
  if (item === null) return "associative list without keys has an element that's an explicit null";
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return typeof item === 'object' ? "associative list without keys has an element that's a map type" : undefined;
}
