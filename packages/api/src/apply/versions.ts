import type { JsonObject } from '../object.js';
import type { SchemaNode } from '../schema/node.js';
import type { OpenSchema } from '../schema/open-schema.js';

/** One version of the kind that is written. */
export interface KindVersion {
  readonly schema: OpenSchema;
  /** Makes an object of any version of the kind one of this. */
  readonly convert: (object: JsonObject) => JsonObject;
}

/** The versions in which managers of an object know its fields. */
export class Versions {
  constructor(
    /** The version that is written. */
    readonly home: string,
    readonly schema: OpenSchema,
    readonly others: (apiVersion: string) => KindVersion | undefined = () => undefined,
  ) {}

  /** The schema of a version; `undefined` when the kind does not have it any more. */
  root(apiVersion: string): SchemaNode | undefined {
    return apiVersion === this.home ? this.schema.root : this.others(apiVersion)?.schema.root;
  }

  /** The object in another version; `undefined` when the kind does not have it any more. */
  inVersion(object: JsonObject, apiVersion: string): JsonObject | undefined {
    if (object['apiVersion'] === apiVersion) return object;
    const version = this.others(apiVersion);
    return version && { ...version.convert(object), apiVersion };
  }
}
