import { type JsonObject, type Schema, WireWriter } from '@drover/api';
import { builtinDescriptions, builtinSchemas } from '@drover/api/schemas';
import { describedSchema } from './described-schema.js';
import { jsonField, jsonObjectField, sortedParts, type Turns } from './document-parts.js';
import { ENCODED_TYPES } from './encoded-types.js';
import { encodeDocument, encodeEntry, type Section } from './gnostic.js';
import { type Operation, ownParameters, type PathItem, STATUS_TEXT, sharedParameters } from './operation.js';
import { DELETE_COLLECTION, FORCE, LIST, NAME, NAMESPACE, type Parameter, PRETTY, WRITE } from './parameter.js';
import { customComponents, type PublishedVersion, versionPaths } from './published.js';
import { builtinSchemaV2, customComponentV2 } from './schema-v2.js';
import { SECURITY } from './security.js';

/** A named part of an OpenAPI v2 document. */
export interface EntryV2 {
  readonly section: Section;
  readonly name: string;
  readonly value: JsonObject;
}

/** The forms in which a document is sent. */
export type FormV2 = 'json' | 'protobuf';

const REF = '#/definitions/';
/** kubectl looks for these in the operations themselves, and follows no references. */
const ASKED_OF_OPERATIONS = new Set(['dryRun', 'fieldValidation', NAME.name]);
const REFERRED = new Set(
  [...LIST, ...DELETE_COLLECTION, ...WRITE, NAMESPACE, PRETTY, FORCE].filter(
    ({ name }) => !ASKED_OF_OPERATIONS.has(name),
  ),
);

/**
 * What an OpenAPI v2 document says of these group versions, part by part, so that nobody has to make all of it at once. Large
 * schemas are read in one of `turns`, and told in another.
 */
export async function* entriesV2(
  versions: readonly PublishedVersion[],
  roots: readonly PathItem[],
  turns: Turns,
): AsyncGenerator<EntryV2> {
  for (const shared of REFERRED) yield { section: 'parameters', name: shared.name, value: parameter(shared) };
  const schemas = await turns.alone(builtinSchemas);
  const words = await turns.alone(builtinDescriptions);
  for (const [name, schema] of Object.entries(schemas)) {
    const described = describedSchema(words, name, ENCODED_TYPES[name]?.v2 ?? schema);
    yield { section: 'definitions', name, value: asJson(builtinSchemaV2(described)) };
  }
  for (const item of roots) yield { section: 'paths', name: item.path, value: pathItem(item) };
  for (const version of versions) {
    for (const { name, schema } of customComponents(version)) {
      const read = await turns.alone(schema);
      yield { section: 'definitions', name, value: asJson(customComponentV2(read)) };
    }
    for (const item of versionPaths(version)) yield { section: 'paths', name: item.path, value: pathItem(item) };
  }
}

/** Encodes a document of these parts, a little in each turn of the event loop; its bytes are those of the result together. */
export async function encodeV2(
  form: FormV2,
  kubernetes: string,
  entries: AsyncIterable<EntryV2>,
  turns: Turns,
): Promise<Uint8Array[]> {
  const head: JsonObject = {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: kubernetes },
    securityDefinitions: SECURITY,
    security: [{ BearerToken: [] }],
  };
  const encoded: Record<EntryV2['section'], [name: string, bytes: Uint8Array][]> = {
    paths: [],
    definitions: [],
    parameters: [],
  };
  const out = new WireWriter();
  for await (const { section, name, value } of entries) {
    const bytes = form === 'json' ? jsonField(name, value) : encodeEntry(out, section, name, value);
    encoded[section].push([name, bytes]);
    await turns.worked(bytes.length);
  }
  const sections = {
    paths: sortedParts(encoded.paths),
    definitions: sortedParts(encoded.definitions),
    parameters: sortedParts(encoded.parameters),
  };
  return form === 'json' ? jsonDocument(head, sections) : encodeDocument(head, sections);
}

function jsonDocument(head: JsonObject, sections: Readonly<Record<string, readonly Uint8Array[]>>): Uint8Array[] {
  const parts: Uint8Array[] = [Buffer.from(JSON.stringify(head).slice(0, -1))];
  for (const [section, entries] of Object.entries(sections)) {
    parts.push(Buffer.from(','), ...jsonObjectField(section, entries));
  }
  return [...parts, Buffer.from('}')];
}

function pathItem(item: PathItem): JsonObject {
  const shared = sharedParameters(item);
  return {
    ...Object.fromEntries(item.operations.map((each) => [each.method, operation(each, shared)])),
    ...(shared.length === 0 ? {} : { parameters: shared.map(referred) }),
  };
}

function operation(described: Operation, shared: readonly Parameter[]): JsonObject {
  const { id, tag, description, about, body, takes, answer, codes } = described;
  const parameters = [
    ...(body === undefined ? [] : [bodyParameter(body)]),
    ...ownParameters(described, shared).map(referred),
  ];
  const schema = answer.component === undefined ? { type: 'string' } : { $ref: `${REF}${answer.component}` };
  const responses = Object.fromEntries(codes.map((code) => [String(code), { description: STATUS_TEXT[code], schema }]));
  return {
    ...(takes.length === 0 ? {} : { consumes: takes }),
    produces: answer.types,
    schemes: ['https'],
    tags: [tag],
    description,
    operationId: id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { ...responses, 401: { description: 'Unauthorized' } },
    ...(about === undefined
      ? {}
      : { 'x-kubernetes-action': about.action, 'x-kubernetes-group-version-kind': { ...about.kind } }),
  };
}

function bodyParameter({ component, required }: NonNullable<Operation['body']>): JsonObject {
  return {
    name: 'body',
    in: 'body',
    ...(required ? { required } : {}),
    schema: { $ref: `${REF}${component}` },
  };
}

function referred(described: Parameter): JsonObject {
  return REFERRED.has(described) ? { $ref: `#/parameters/${described.name}` } : parameter(described);
}

function parameter({ name, in: place, type, description }: Parameter): JsonObject {
  return { uniqueItems: true, type, description, name, in: place, ...(place === 'path' ? { required: true } : {}) };
}

/** A schema is JSON, but says so in no type. */
const asJson = (schema: Schema): JsonObject => ({ ...schema }) as JsonObject;
