import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, StatusCause } from '../object.js';
import { forbiddenField, invalidValue, notSupported, required, typedValue } from './field-cause.js';

/** What is wrong with the list type and the map type of a schema node, and with the keys that go with the former. */
export function listTypeCauses(schema: JsonObject, path: string): StatusCause[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = list(schema['x-kubernetes-list-map-keys']).map(String);
  return [
    ...typeCauses(schema, path),
    ...(listType === 'set' ? setCauses(schema['items'], path) : []),
    ...strayKeys(keys, listType, `${path}.x-kubernetes-list-type`),
    ...(listType === 'map' ? mapCauses(keys, schema['items'], path) : []),
  ];
}

function typeCauses(schema: JsonObject, path: string): StatusCause[] {
  const { type, 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = schema;
  const causes: StatusCause[] = [];
  const insist = (wanted: string, keyword: string): void => {
    if (type === wanted) return;
    const why = `must be ${wanted} if ${keyword} is specified`;
    causes.push(type === undefined ? required(`${path}.type`, why) : invalidValue(`${path}.type`, type, why));
  };
  if (listType !== undefined) {
    insist('array', 'x-kubernetes-list-type');
    if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
      causes.push(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }
  if (mapType !== undefined) {
    insist('object', 'x-kubernetes-map-type');
    if (mapType !== 'atomic' && mapType !== 'granular')
      causes.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
  }
  return causes;
}

function strayKeys(keys: readonly string[], listType: Json | undefined, field: string): StatusCause[] {
  if (keys.length === 0 || listType === 'map') return [];
  const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
  return [listType === undefined ? required(field, why) : invalidValue(field, listType, why)];
}

/** The members of a set are compared as a whole. */
function setCauses(items: Json | undefined, path: string): StatusCause[] {
  if (!isJsonObject(items)) return [];
  const causes: StatusCause[] = [];
  const { type, 'x-kubernetes-map-type': mapType = null, 'x-kubernetes-list-type': listType = 'atomic' } = items;
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  if (type === 'object' && mapType !== 'atomic')
    causes.push(invalidValue(`${path}.items.x-kubernetes-map-type`, mapType, why));
  if (type === 'array' && listType !== 'atomic')
    causes.push(invalidValue(`${path}.items.x-kubernetes-list-type`, listType, why));
  return [...causes, ...nullableItem(items, 'set', path)];
}

function nullableItem(items: JsonObject, listType: string, path: string): StatusCause[] {
  if (items['nullable'] !== true) return [];
  return [forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`)];
}

/** Each key of a keyed list has a scalar schema, and is required or has a default. */
function mapCauses(keys: readonly string[], items: Json | undefined, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (keys.length === 0)
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (!isJsonObject(items))
    return [...causes, required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map')];
  if (items['type'] !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    return [...causes, invalidValue(`${path}.items.type`, items['type'] ?? '', why)];
  }
  return [...causes, ...keyCauses(keys, items, path), ...nullableItem(items, 'map', path)];
}

function keyCauses(keys: readonly string[], items: JsonObject, path: string): StatusCause[] {
  const properties = isJsonObject(items['properties']) ? items['properties'] : {};
  const printed = `[]string{${keys.map((key) => JSON.stringify(key)).join(', ')}}`;
  const wrongKeys = (why: string): StatusCause => typedValue(`${path}.x-kubernetes-list-map-keys`, printed, why);
  return keys.flatMap((key, index) => {
    const causes: StatusCause[] = [];
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (isJsonObject(property)) causes.push(...keyPropertyCauses(key, property, items, path));
    else causes.push(wrongKeys('entries must all be names of item properties'));
    if (keys.indexOf(key) < index) causes.push(wrongKeys('must not contain duplicate entries'));
    return causes;
  });
}

function keyPropertyCauses(key: string, property: JsonObject, items: JsonObject, path: string): StatusCause[] {
  const at = `${path}.items.properties[${key}]`;
  const { type, nullable } = property;
  const causes: StatusCause[] = [];
  if (type === 'object' || type === 'array')
    causes.push(
      invalidValue(`${at}.type`, type, "must be a scalar type if parent array's x-kubernetes-list-type is map"),
    );
  const isKey = 'this property is in x-kubernetes-list-map-keys, so it';
  if (property['default'] === undefined && !list(items['required']).includes(key))
    causes.push(required(`${at}.default`, `${isKey} must have a default or be a required property`));
  if (nullable === true) causes.push(forbiddenField(`${at}.nullable`, `${isKey} cannot be nullable`));
  return causes;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
