import type { Json } from '../object.js';
import { malformed, WireReader } from './wire.js';

type Decode = (bytes: Uint8Array) => Json | undefined;

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Messages whose JSON is no object of their fields; `undefined` means that the field is not set. */
export const WELL_KNOWN: Readonly<Record<string, Decode>> = {
  [`${META}.Time`]: (bytes) => time(bytes, false),
  [`${META}.MicroTime`]: (bytes) => time(bytes, true),
  [`${META}.FieldsV1`]: rawJson,
  [`${META}.Duration`]: (bytes) => `${numbers(bytes)[1] ?? 0}ns`,
  [`${META}.Verbs`]: texts,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': rawJson,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': rawJson,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': quantity,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrString,
  'io.k8s.api.authentication.v1.ExtraValue': texts,
  'io.k8s.api.authorization.v1.ExtraValue': texts,
  'io.k8s.api.certificates.v1.ExtraValue': texts,
};

/** The last value of each numeric field. */
function numbers(bytes: Uint8Array): Record<number, number> {
  const values: Record<number, number> = {};
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (wire === 0) values[field] = reader.integer();
    else reader.skip(wire);
  }
  return values;
}

/** RFC 3339, with six digits of the second for MicroTime. An empty message is the zero time: not set. */
function time(bytes: Uint8Array, micro: boolean): Json | undefined {
  const { 1: seconds, 2: nanos = 0 } = numbers(bytes);
  if (seconds === undefined) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw malformed('a time is out of range');
  const whole = date.toISOString().slice(0, 19);
  return micro ? `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z` : `${whole}Z`;
}

function quantity(bytes: Uint8Array): Json | undefined {
  const [text] = texts(bytes);
  return text === undefined || text === '' ? undefined : text;
}

function texts(bytes: Uint8Array): string[] {
  const found: string[] = [];
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === 2) found.push(reader.text());
    else reader.skip(wire);
  }
  return found;
}

function intOrString(bytes: Uint8Array): Json {
  const reader = new WireReader(bytes);
  let kind = 0;
  let number = 0;
  let text = '';
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === 0) kind = reader.integer();
    else if (field === 2 && wire === 0) number = reader.integer();
    else if (field === 3 && wire === 2) text = reader.text();
    else reader.skip(wire);
  }
  return kind === 1 ? text : number;
}

function rawJson(bytes: Uint8Array): Json | undefined {
  const [text] = texts(bytes);
  if (text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw malformed('an embedded document is not JSON');
  }
}
