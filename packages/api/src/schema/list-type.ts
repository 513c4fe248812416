import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject, StatusCause } from '../object.js';
import { forbiddenField, invalidValue, notSupported, required } from './field-cause.js';

/** What is wrong with the `x-kubernetes-list-type` of a schema node, and with the keys that go with it. */
export function listTypeCauses(schema: JsonObject, path: string): StatusCause[] {
  const listType = schema['x-kubernetes-list-type'];
  const keys = list(schema['x-kubernetes-list-map-keys']).map(String);
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  const stray = forbiddenField(keysPath, 'must be only used when x-kubernetes-list-type is map');
  if (listType === undefined) return keys.length > 0 ? [stray] : [];
  if (listType !== 'atomic' && listType !== 'set' && listType !== 'map')
    return [notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'map', 'set'])];
  const causes: StatusCause[] = [];
  if (schema['type'] !== 'array')
    causes.push(
      invalidValue(`${path}.type`, schema['type'] ?? '', 'must be array if x-kubernetes-list-type is specified'),
    );
  const items = isJsonObject(schema['items']) ? schema['items'] : {};
  if (listType === 'set') causes.push(...setCauses(items, path));
  if (listType === 'map') causes.push(...mapCauses(keys, items, path));
  else if (keys.length > 0) causes.push(stray);
  return causes;
}

/** The members of a set are compared as a whole. */
function setCauses(items: JsonObject, path: string): StatusCause[] {
  const { type } = items;
  if (type !== 'object' && type !== 'array') return [];
  if (items['x-kubernetes-map-type'] === 'atomic' || items['x-kubernetes-list-type'] === 'atomic') return [];
  return [
    invalidValue(`${path}.items`, type, 'must be scalar or atomic as item of a list with x-kubernetes-list-type=set'),
  ];
}

/** Each key of a keyed list has a scalar schema, and is required or has a default. */
function mapCauses(keys: readonly string[], items: JsonObject, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (keys.length === 0)
    causes.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (items['type'] !== 'object')
    causes.push(
      invalidValue(
        `${path}.items.type`,
        items['type'] ?? '',
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    );
  const properties = isJsonObject(items['properties']) ? items['properties'] : {};
  for (const [index, key] of keys.entries()) {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isJsonObject(property)) {
      const keyPath = `${path}.x-kubernetes-list-map-keys[${index}]`;
      causes.push(invalidValue(keyPath, key, 'entries must all be names of item properties'));
      continue;
    }
    const { type } = property;
    const at = `${path}.items.properties[${key}]`;
    if (type === 'object' || type === 'array')
      causes.push(
        invalidValue(`${at}.type`, type, "must be a scalar type if parent array's x-kubernetes-list-type is map"),
      );
    else if (property['default'] === undefined && !list(items['required']).includes(key))
      causes.push(
        required(
          `${at}.default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        ),
      );
  }
  return causes;
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
