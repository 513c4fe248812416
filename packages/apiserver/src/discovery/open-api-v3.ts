import { builtinDescriptions, builtinSchemas } from '@drover/api/schemas';
import { describedSchema } from './described-schema.js';
import { jsonField, jsonObjectField, sortedParts, type Turns } from './document-parts.js';
import { ENCODED_TYPES } from './encoded-types.js';
import { type Operation, ownParameters, type PathItem, STATUS_TEXT, sharedParameters } from './operation.js';
import type { Parameter } from './parameter.js';
import { type Component, references } from './published.js';
import { SECURITY } from './security.js';

/** A schema document under construction: what OpenAPI allows beyond the structural part. */
export type Document = Readonly<Record<string, unknown>>;

const REF = '#/components/schemas/';

/** What documents of custom kinds say of themselves. */
const CUSTOM = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

/**
 * The OpenAPI v3 document of these paths, with the schemas they need, encoded a little in each of `turns`. `custom` are the
 * components that are not built in. The document's bytes are those of the result together.
 */
export async function encodeV3(
  paths: Iterable<PathItem>,
  custom: readonly Component[],
  kubernetes: string,
  turns: Turns,
): Promise<Uint8Array[]> {
  const isCustom = custom.length > 0;
  const names = new Set<string>();
  const items: [path: string, bytes: Uint8Array][] = [];
  for (const item of paths) {
    for (const name of item.operations.flatMap(components)) names.add(name);
    const bytes = jsonField(item.path, pathItem(item));
    items.push([item.path, bytes]);
    await turns.worked(bytes.length);
  }
  const schemas = await encodedSchemas(names, custom, turns);
  const head = { openapi: '3.0.0', info: isCustom ? CUSTOM : { title: 'Kubernetes', version: kubernetes } };
  return [
    Buffer.from(`${JSON.stringify(head).slice(0, -1)},`),
    ...jsonObjectField('paths', sortedParts(items)),
    Buffer.from(',"components":{'),
    ...jsonObjectField('schemas', schemas),
    ...(isCustom ? [] : [Buffer.from(','), jsonField('securitySchemes', SECURITY)]),
    Buffer.from('}}'),
  ];
}

/** The schemas of these names, and of all that they refer to. */
async function encodedSchemas(
  names: Iterable<string>,
  custom: readonly Component[],
  turns: Turns,
): Promise<Uint8Array[]> {
  const customByName = new Map(custom.map((component) => [component.name, component]));
  const builtin = await turns.alone(builtinSchemas);
  const words = await turns.alone(builtinDescriptions);
  const encoded = new Map<string, Uint8Array>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (encoded.has(name)) continue;
    const component = customByName.get(name);
    const stored = component === undefined ? builtin[name] : await turns.alone(component.schema);
    if (stored === undefined) continue;
    open.push(...references(stored));
    const schema = component === undefined ? describedSchema(words, name, ENCODED_TYPES[name]?.v3 ?? stored) : stored;
    const bytes = jsonField(name, schema);
    encoded.set(name, bytes);
    await turns.worked(bytes.length);
  }
  return sortedParts([...encoded]);
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
  const { id, tag, description, about, body, takes, answer, codes } = described;
  const own = ownParameters(described, shared).map(parameter);
  const answered = content(answer.component, answer.types);
  const responses = Object.fromEntries(
    codes.map((code) => [String(code), { description: STATUS_TEXT[code], content: answered }]),
  );
  return {
    tags: [tag],
    description,
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

function parameter({ name, in: place, type, description }: Parameter): Document {
  return {
    name,
    in: place,
    description,
    ...(place === 'path' ? { required: true } : {}),
    schema: { type, uniqueItems: true },
  };
}
