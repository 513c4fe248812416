import type { Schema } from '@drover/api';

interface Published {
  readonly v2: Schema;
  readonly v3: Schema;
}

const same = (schema: Schema): Published => ({ v2: schema, v3: schema });
const OBJECT = same({ type: 'object' });
const ANYTHING = same({});
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/**
 * Built-in types that are encoded in their own way, as either version of OpenAPI tells them (their OpenAPISchemaType, Format and
 * OneOf methods): our own schemas know more of them than may be said there.
 */
export const ENCODED_TYPES: Readonly<Record<string, Published>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    v2: { type: 'string', format: 'int-or-string' },
    v3: { oneOf: [{ type: 'integer' }, { type: 'string' }], format: 'int-or-string' },
  },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    v2: { type: 'string' },
    v3: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': OBJECT,
  [`${META}.FieldsV1`]: OBJECT,
  [`${META}.Patch`]: OBJECT,
  [`${EXTENSIONS}.JSON`]: ANYTHING,
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`]: ANYTHING,
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`]: ANYTHING,
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`]: ANYTHING,
};
