import { readFileSync } from 'node:fs';
import type { OpenApi } from './openapi.js';
import { POINTERS } from './protobuf-pointers.js';

/** What `protobuf-tables.json` holds: messages by component name, and which message a kind is. */
export interface ProtobufTables {
  /** Field number to JSON name, type, and how it behaves. */
  readonly messages: Readonly<Record<string, Readonly<Record<number, FieldRow>>>>;
  /** `apps/v1/Deployment` to message name. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** `inline`: its fields belong to the message around it. `kept`: zero is a value, not absence. */
type FieldRow = readonly [name: string, type: string, behaviour?: 'inline' | 'kept'];

type Published = Record<string, Record<string, [number: number, type: string]>>;

/** Messages that only the network's inner parts use. */
const UNUSED = /^io\.k8s\.api\.(admission|apidiscovery)\./;

/** Reads the messages' fields and names them as JSON does. */
export function readProtobuf(file: string, { components }: OpenApi): ProtobufTables {
  const published: Published = JSON.parse(readFileSync(file, 'utf8'));
  const messages: Record<string, Record<number, FieldRow>> = {};
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
        const short = message.slice(message.lastIndexOf('.') + 1);
        const kept = schema?.required?.includes(json) || POINTERS.has(`${short}.${json}`);
        return [number, kept ? [json, type, 'kept'] : [json, type]];
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
  return { messages, kinds: Object.fromEntries(kinds) };
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
