import type { Json, JsonObject } from '../object.js';

/** A CRD's `items`: one schema, or a list of them. */
export const schemaOrArray = (union: JsonObject): Json => union['schema'] ?? union['jSONSchemas'] ?? [];

/** A CRD's `additionalProperties`: a schema, or whether there may be any. */
export const schemaOrBool = (union: JsonObject): Json => union['schema'] ?? union['allows'] ?? false;

/** A CRD's `dependencies`: a schema, or names of properties. */
export const schemaOrTexts = (union: JsonObject): Json => union['schema'] ?? union['property'] ?? [];
