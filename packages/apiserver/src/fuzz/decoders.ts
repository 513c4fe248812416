import {
  ApiError,
  applyJsonPatch,
  applyMergePatch,
  applyObject,
  applyStrategicPatch,
  decodeJson,
  decodeYaml,
  goTypeFault,
  isJsonObject,
  type Json,
  type KubeObject,
  openSchema,
  ProtobufDecoder,
  ProtobufEncoder,
  parseFieldSelector,
  parseLabelSelector,
  updateManagedFields,
} from '@drover/api';
import { CelEnvironment, CompileError, CostExceeded, DYN, EvaluationError, jsonValue } from '@drover/api/cel';
import { builtinSchemas, protobufTables } from '@drover/api/schemas';
import { parseNanos, QuantityError } from '@drover/kit';
import fc from 'fast-check';
import { deleteOptions } from '../request/delete-options.js';
import { acceptEntries } from '../request/negotiation.js';
import { listOptions } from '../request/query.js';
import { parseTarget } from '../request/target.js';
import { writeOptions } from '../request/write-options.js';
import {
  ACCEPT_TOKENS,
  ACCEPTS,
  EXPRESSION_TOKENS,
  EXPRESSIONS,
  JSON_DOCUMENTS,
  JSON_TOKENS,
  PATCH_TOKENS,
  PATCHES,
  PATH_TOKENS,
  PATHS,
  PROTOBUF_TOKENS,
  PROTOBUFS,
  QUANTITIES,
  QUANTITY_TOKENS,
  QUERIES,
  QUERY_TOKENS,
  SELECTOR_TOKENS,
  SELECTORS,
  YAML_DOCUMENTS,
  YAML_TOKENS,
} from './corpus.js';
import { mutated, mutatedText } from './mutated.js';
import { type Subject, subject } from './subject.js';

const schemas = builtinSchemas();
const schema = openSchema(schemas['io.k8s.api.core.v1.Pod'] ?? {}, schemas);
const protobuf = new ProtobufDecoder(protobufTables());
const encoder = new ProtobufEncoder(protobufTables());
const pod = JSON.parse(JSON_DOCUMENTS[0] as string) as KubeObject;
const patches = fc.oneof(
  mutated(PATCHES, PATCH_TOKENS),
  fc.json().map((text) => Buffer.from(text)),
);
const WRITES = ['create', 'update', 'patch', 'apply'] as const;
const write = { manager: 'fuzz', schema, time: '2026-01-01T00:00:00Z' };

/** A patch as JSON; `undefined` for what is none, of which the JSON decoder's own turn is. */
function patchOf(bytes: Uint8Array): Json | undefined {
  return refused(() => decodeJson(bytes));
}

/** Each decoder of what comes with a request. */
export const decoders: readonly Subject[] = [
  subject({
    name: 'json',
    inputs: fc.oneof(mutated(JSON_DOCUMENTS, JSON_TOKENS), fc.uint8Array({ maxLength: 64 })),
    feed: (bytes) => refused(() => decodeJson(bytes)),
  }),
  subject({
    name: 'yaml',
    inputs: fc.oneof(mutated(YAML_DOCUMENTS, YAML_TOKENS), fc.uint8Array({ maxLength: 64 })),
    feed: (bytes) => refused(() => decodeYaml(bytes)),
  }),
  subject({
    name: 'protobuf',
    inputs: fc.oneof(mutated(PROTOBUFS, PROTOBUF_TOKENS), fc.uint8Array({ maxLength: 64 })),
    feed: (bytes) => refused(() => protobuf.decode(bytes)),
  }),
  subject({
    name: 'protobuf-answer',
    inputs: mutated(JSON_DOCUMENTS, JSON_TOKENS),
    feed: (bytes) => {
      const sent = patchOf(bytes);
      if (!isJsonObject(sent)) return;
      const { object } = schema.prune({ ...pod, ...sent, apiVersion: 'v1', kind: 'Pod' });
      if (goTypeFault(object, schema.root, 'Pod') === undefined) refuseOtherAfter(object);
    },
  }),
  subject({
    name: 'schema',
    inputs: mutated(JSON_DOCUMENTS, JSON_TOKENS),
    feed: (bytes) => {
      const sent = patchOf(bytes);
      if (!isJsonObject(sent)) return;
      const object = schema.withDefaults(schema.prune({ ...pod, ...sent }).object);
      schema.validate(object);
    },
  }),
  subject({
    name: 'json-patch',
    inputs: patches,
    feed: (bytes) => patched(bytes, (patch) => applyJsonPatch(structuredClone(pod), patch)),
  }),
  subject({
    name: 'merge-patch',
    inputs: patches,
    feed: (bytes) => patched(bytes, (patch) => applyMergePatch(structuredClone(pod), patch)),
  }),
  subject({
    name: 'strategic-patch',
    inputs: patches,
    feed: (bytes) => patched(bytes, (patch) => applyStrategicPatch(structuredClone(pod), patch, schema)),
  }),
  subject({
    name: 'apply',
    inputs: patches,
    feed: (bytes) =>
      patched(bytes, (patch) => {
        if (!isJsonObject(patch) || !isJsonObject(patch['metadata'])) return;
        const live = updateManagedFields({ updated: structuredClone(pod) }, { ...write, manager: 'other' });
        const applied = { ...patch, apiVersion: 'v1', kind: 'Pod' } as KubeObject;
        applyObject({ live, applied, force: true }, write);
      }),
  }),
  subject({
    name: 'label-selector',
    inputs: fc.oneof(mutatedText(SELECTORS, SELECTOR_TOKENS), fc.string()),
    feed: (text) => refused(() => parseLabelSelector(text)),
  }),
  subject({
    name: 'field-selector',
    inputs: fc.oneof(mutatedText(SELECTORS, SELECTOR_TOKENS), fc.string()),
    feed: (text) => refused(() => parseFieldSelector(text)),
  }),
  subject({
    name: 'query',
    inputs: fc.oneof(mutatedText(QUERIES, QUERY_TOKENS), fc.string()),
    feed: (text) => {
      const query = new URLSearchParams(text);
      refused(() => listOptions(query));
      refused(() => deleteOptions(undefined, query));
      for (const kind of WRITES) refused(() => writeOptions(query, kind));
    },
  }),
  subject({
    name: 'path',
    inputs: fc.oneof(mutatedText(PATHS, PATH_TOKENS), fc.string()),
    feed: (text) => refused(() => parseTarget(text)),
  }),
  subject({
    name: 'accept',
    inputs: fc.oneof(mutatedText(ACCEPTS, ACCEPT_TOKENS), fc.string()),
    feed: (text) => refused(() => acceptEntries(text)),
  }),
  subject({
    name: 'quantity',
    inputs: fc.oneof(mutatedText(QUANTITIES, QUANTITY_TOKENS), fc.string()),
    feed: (text) => refused(() => parseNanos(text), QuantityError),
  }),
  subject({
    name: 'expression',
    inputs: fc.oneof(mutatedText(EXPRESSIONS, EXPRESSION_TOKENS), fc.string()),
    feed: (text) => {
      const variables = { self: DYN, object: DYN };
      const values = { self: jsonValue(pod), object: jsonValue(pod) };
      const run = (): unknown => new CelEnvironment(variables).compile(text).evaluate(values);
      return refused(run, CompileError, EvaluationError, CostExceeded);
    },
  }),
];

/** @throws Error for an object that is another one once it went through protobuf. */
function refuseOtherAfter(object: KubeObject): void {
  const sent = encoder.encode(object);
  const again = encoder.encode(protobuf.decode(sent));
  if (Buffer.compare(sent, again) !== 0) throw new Error('an object in protobuf is read back as another one');
}

function patched(bytes: Uint8Array, apply: (patch: Json) => unknown): void {
  const patch = patchOf(bytes);
  if (patch !== undefined) refused(() => apply(patch));
}

/** What `read` says, or `undefined` when it refuses in a way that its callers know. @throws whatever else it throws. */
function refused<T>(
  read: () => T,
  ...known: readonly (abstract new (
    ...parameters: never[]
  ) => Error)[]
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ApiError || known.some((one) => error instanceof one)) return undefined;
    throw error;
  }
}
