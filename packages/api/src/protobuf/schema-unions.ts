import { isJsonObject } from '../json-object.js';
import type { Json, JsonObject } from '../object.js';

/** A CRD's `items`: one schema, or a list of them. */
export const schemaOrArray = (union: JsonObject): Json => union['schema'] ?? union['jSONSchemas'] ?? [];

/** A CRD's `additionalProperties`: a schema, or whether there may be any. */
export const schemaOrBool = (union: JsonObject): Json => union['schema'] ?? union['allows'] ?? false;

/** A CRD's `dependencies`: a schema, or names of properties. */
export const schemaOrTexts = (union: JsonObject): Json => union['schema'] ?? union['property'] ?? [];

/** Messages that stand for a choice in a CRD's schema: what their fields are for the JSON of that choice. */
export const UNION_FIELDS: Readonly<Record<string, (value: Json) => JsonObject>> = {
  JSONSchemaPropsOrArray: (value) => (Array.isArray(value) ? { jSONSchemas: value } : { schema: value }),
  JSONSchemaPropsOrBool: (value) => (isJsonObject(value) ? { allows: true, schema: value } : { allows: value }),
  JSONSchemaPropsOrStringArray: (value) => (Array.isArray(value) ? { property: value } : { schema: value }),
};
