import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapSchema, type Schema, withoutProse } from './schema.js';

/** The built-in kinds as a kube-apiserver describes them. */
export interface OpenApi {
  /** Component name to schema; references have the form `#/components/schemas/NAME`. */
  readonly components: Readonly<Record<string, Schema>>;
  /** Each path the server serves. */
  readonly paths: readonly string[];
}

/** How a reference to a component begins. */
export const REF = '#/components/schemas/';

/** Components that hold any JSON object: Go types with their own encoding, about which the documents say too little. */
const FREE_FORM = [
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
  'io.k8s.apimachinery.pkg.runtime.RawExtension',
];
/** Components that hold any JSON value, for the same reason. */
const ANY = [
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray',
];

/** Reads the `openapi-v3` folder: one document a group version. */
export function readOpenApi(directory: string): OpenApi {
  const components: Record<string, Schema> = {};
  const paths = new Set<string>();
  for (const file of readdirSync(directory).sort()) {
    const document: { components?: { schemas?: Record<string, Schema> }; paths?: string[] } = JSON.parse(
      readFileSync(join(directory, file), 'utf8'),
    );
    for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) components[name] ??= tidy(schema);
    for (const path of document.paths ?? []) paths.add(path);
  }
  for (const name of FREE_FORM) components[name] = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  for (const name of ANY) components[name] = { 'x-kubernetes-preserve-unknown-fields': true };
  components['io.k8s.apimachinery.pkg.util.intstr.IntOrString'] = { 'x-kubernetes-int-or-string': true };
  components['io.k8s.apimachinery.pkg.api.resource.Quantity'] = {
    oneOf: [{ type: 'string', format: 'quantity' }, { type: 'number' }],
  };
  return {
    components: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
    paths: [...paths].sort(),
  };
}

/** Drops the prose, and the `allOf` around a reference that carries nothing else. */
function tidy(schema: Schema): Schema {
  return mapSchema(withoutProse(schema), (node) => {
    const [only] = node.allOf ?? [];
    if (only?.$ref !== undefined && Object.keys(node).length === 1) return { $ref: only.$ref };
    return node;
  });
}
