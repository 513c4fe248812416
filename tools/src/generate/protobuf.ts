import { readFileSync } from 'node:fs';
import type { OpenApi } from './openapi.js';
import { POINTERS } from './protobuf-pointers.js';
import type { Schema } from './schema.js';

/** What `protobuf-tables.json` holds: messages by component name, and which message a kind is. */
export interface ProtobufTables {
  /** Field number to JSON name, type, and how it behaves. */
  readonly messages: Readonly<Record<string, Readonly<Record<number, FieldRow>>>>;
  /** `apps/v1/Deployment` to message name. */
  readonly kinds: Readonly<Record<string, string>>;
}

/**
 * `inline`: its fields belong to the message around it. `kept`: JSON has it also when it is zero. `pointer`: zero is a value, not
 * absence, and what is absent is not written.
 */
type FieldRow = readonly [name: string, type: string, behaviour?: 'inline' | 'kept' | 'pointer'];

type Published = Record<string, Record<string, [number: number, type: string]>>;

/** Messages that only the network's inner parts use. */
const UNUSED = /^io\.k8s\.api\.admission\./;

/** Messages whose JSON is a text, a number or any document: whether they are pointers, a schema's default does not tell. */
const WELL_KNOWN = /\.(Time|MicroTime|Quantity|IntOrString|RawExtension|FieldsV1|JSON|Verbs)$/;

/** Messages that are always there, within messages that have no schema. */
const VALUES: ReadonlySet<string> = new Set([
  'ConversionResponse.result',
  'EphemeralContainerCommon.resources',
  'PodStatusResult.status',
  'SerializedReference.reference',
  'Unknown.typeMeta',
]);

const META = 'io.k8s.apimachinery.pkg.apis.meta';
const DISCOVERY = 'io.k8s.api.apidiscovery.v2';

/** Documents that are no resource, and so have no schema. */
const DOCUMENTS: Readonly<Record<string, string>> = {
  'meta.k8s.io/v1/PartialObjectMetadata': `${META}.v1.PartialObjectMetadata`,
  'meta.k8s.io/v1/PartialObjectMetadataList': `${META}.v1.PartialObjectMetadataList`,
  'meta.k8s.io/v1beta1/PartialObjectMetadata': `${META}.v1.PartialObjectMetadata`,
  'meta.k8s.io/v1beta1/PartialObjectMetadataList': `${META}.v1beta1.PartialObjectMetadataList`,
  'apidiscovery.k8s.io/v2/APIGroupDiscoveryList': `${DISCOVERY}.APIGroupDiscoveryList`,
  // These versions differ from the next in name alone.
  'authentication.k8s.io/v1beta1/SelfSubjectReview': 'io.k8s.api.authentication.v1.SelfSubjectReview',
  'apidiscovery.k8s.io/v2beta1/APIGroupDiscoveryList': `${DISCOVERY}.APIGroupDiscoveryList`,
};

/** A message that was published for versions of today alone: its fields stand the other way round. */
const UNPUBLISHED: Readonly<Record<string, Readonly<Record<number, FieldRow>>>> = {
  [`${META}.v1beta1.PartialObjectMetadataList`]: {
    1: ['items', `repeated ${META}.v1.PartialObjectMetadata`],
    2: ['metadata', `${META}.v1.ListMeta`],
  },
};

/** Reads the messages' fields and names them as JSON does. */
export function readProtobuf(file: string, { components }: OpenApi): ProtobufTables {
  const published: Published = JSON.parse(readFileSync(file, 'utf8'));
  const messages: Record<string, Readonly<Record<number, FieldRow>>> = { ...UNPUBLISHED };
  for (const [dotted, fields] of Object.entries(published)) {
    const message = componentName(dotted);
    if (UNUSED.test(message)) continue;
    const schema = components[message];
    const known = schema?.properties ? Object.keys(schema.properties) : undefined;
    messages[message] = Object.fromEntries(
      Object.entries(fields).map(([field, [number, published]]): [number, FieldRow] => {
        const type = qualified(published, dotted);
        const name = known?.find((candidate) => plain(candidate) === plain(field));
        if (known && name === undefined) return [number, [field, type, 'inline']];
        const json = name ?? field;
        if (isPointer(message, json, type, schema)) return [number, [json, type, 'pointer']];
        return [number, schema?.required?.includes(json) ? [json, type, 'kept'] : [json, type]];
      }),
    );
  }
  const kinds = Object.entries(components).flatMap(([component, schema]) =>
    component in messages
      ? (schema['x-kubernetes-group-version-kind'] ?? []).map(({ group, version, kind }) => [
          `${group === '' ? version : `${group}/${version}`}/${kind}`,
          component,
        ])
      : [],
  );
  return { messages, kinds: { ...Object.fromEntries(kinds), ...DOCUMENTS } };
}

/** Of a message, the schema tells: what is always there has an empty object for its default. */
function isPointer(message: string, field: string, type: string, schema: Schema | undefined): boolean {
  const names = message.split('.');
  if (POINTERS.has(`${names.at(-1)}.${field}`) || POINTERS.has(`${names.slice(-3).join('.')}.${field}`)) return true;
  if (!/^io\.[\w.-]+$/.test(type) || WELL_KNOWN.test(type)) return false;
  if (schema === undefined) return field !== 'metadata' && !VALUES.has(`${names.at(-1)}.${field}`);
  return schema.properties?.[field]?.default === undefined;
}

/** `xKubernetesListType` and `x-kubernetes-list-type`, `uID` and `uid` name the same. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** `k8s.io.api.core.v1.Pod` → `io.k8s.api.core.v1.Pod`. */
function componentName(message: string): string {
  return `io.${message.replace('k8s.io.', 'k8s.').replace('apiextensions_apiserver', 'apiextensions-apiserver').replace('kube_aggregator', 'kube-aggregator')}`;
}

/** The type with its message named in full: `repeated Container` → `repeated io.k8s.api.core.v1.Container`. */
function qualified(type: string, within: string): string {
  return type.replace(/\.?[\w.]+(?=>?$)/, (name) => {
    if (name.startsWith('.')) return componentName(name.slice(1));
    if (/^[a-z]/.test(name)) return name;
    return componentName(`${within.slice(0, within.lastIndexOf('.'))}.${name}`);
  });
}
