import type { Schema } from '@drover/api';
import { describedSchema } from './described-schema.js';
import { ENCODED_TYPES } from './encoded-types.js';
import { type Operation, ownParameters, type PathItem, STATUS_TEXT, sharedParameters } from './operation.js';
import type { Parameter } from './parameter.js';
import { closure } from './published.js';

/** A schema document under construction: what OpenAPI allows beyond the structural part. */
export type Document = Readonly<Record<string, unknown>>;

const REF = '#/components/schemas/';

/** What documents of custom kinds say of themselves. */
const CUSTOM = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

/** The OpenAPI v3 document of these paths, with the schemas they need. `custom` holds those that are not built in. */
export function openApiV3(
  paths: readonly PathItem[],
  custom: Readonly<Record<string, Schema>>,
  kubernetes: string,
): Document {
  const isCustom = Object.keys(custom).length > 0;
  const schemas = closure(
    paths.flatMap(({ operations }) => operations.flatMap(components)),
    custom,
  );
  return {
    openapi: '3.0.0',
    info: isCustom ? CUSTOM : { title: 'Kubernetes', version: kubernetes },
    paths: Object.fromEntries(paths.map((item) => [item.path, pathItem(item)])),
    components: {
      schemas: Object.fromEntries(
        Object.entries(schemas)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, schema]) => [
            name,
            custom[name] === undefined ? describedSchema(name, ENCODED_TYPES[name]?.v3 ?? schema) : schema,
          ]),
      ),
      ...(isCustom
        ? {}
        : { securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } } }),
    },
  };
}

function components({ body, answer }: Operation): string[] {
  return [answer.component, body?.component].filter((name) => name !== undefined);
}

function pathItem(item: PathItem): Document {
  const shared = sharedParameters(item);
  return {
    ...Object.fromEntries(item.operations.map((each) => [each.method, operation(each, shared)])),
    ...(shared.length === 0 ? {} : { parameters: shared.map(parameter) }),
  };
}

function operation(described: Operation, shared: readonly Parameter[]): Document {
  const { id, tag, about, body, takes, answer, codes } = described;
  const own = ownParameters(described, shared).map(parameter);
  const answered = content(answer.component, answer.types);
  const responses = Object.fromEntries(
    codes.map((code) => [String(code), { description: STATUS_TEXT[code], content: answered }]),
  );
  return {
    tags: [tag],
    operationId: id,
    ...(own.length === 0 ? {} : { parameters: own }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            content: content(body.component, takes),
            ...(body.required ? { required: true } : {}),
          },
        }),
    responses: { ...responses, 401: { description: 'Unauthorized' } },
    ...(about === undefined
      ? {}
      : { 'x-kubernetes-action': about.action, 'x-kubernetes-group-version-kind': about.kind }),
  };
}

function content(component: string | undefined, types: readonly string[]): Document {
  const schema = component === undefined ? { type: 'string' } : { $ref: `${REF}${component}` };
  return Object.fromEntries([...types].sort().map((type) => [type, { schema }]));
}

function parameter({ name, in: place, type }: Parameter): Document {
  return {
    name,
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}
