import { type BodyLimits, DEFAULT_LIMITS, refuseLarge } from '../body/limits.js';
import { refuseMagicKey } from '../body/magic-key.js';
import { badRequest } from '../errors.js';
import type { Json, JsonObject, KubeObject } from '../object.js';
import { readEnvelope } from './envelope.js';
import { schemaOrArray, schemaOrBool, schemaOrTexts } from './schema-unions.js';
import { type Field, Messages, type ProtobufTables } from './tables.js';
import { WELL_KNOWN } from './well-known.js';
import { malformed, WireReader, type WireType } from './wire.js';

/** First bytes of every body of type `application/vnd.kubernetes.protobuf`. */
const MAGIC = [0x6b, 0x38, 0x73, 0x00] as const;
/** Deeper than any built-in kind goes; a CRD's schema may nest further only as JSON. */
const MAX_DEPTH = 100;
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** Decodes bodies of built-in kinds. One is enough for a server: it keeps the tables it has read. */
export class ProtobufDecoder {
  readonly #messages: Messages;

  constructor(readonly tables: ProtobufTables) {
    this.#messages = new Messages(tables);
  }

  /**
   * The object in a body of type `application/vnd.kubernetes.protobuf`, as the same request would have it in JSON: empty
   * fields left out, times as text, bytes as base64.
   *
   * @throws ApiError BadRequest for bytes that are no such body, or a kind that has no protobuf form;
   *   RequestEntityTooLarge for too many of them.
   */
  decode(body: Uint8Array, limits: BodyLimits = DEFAULT_LIMITS): KubeObject {
    refuseLarge(body.length, limits);
    if (!MAGIC.every((byte, index) => body[index] === byte)) throw malformed('it does not begin with "k8s"');
    const { apiVersion, kind, raw } = readEnvelope(body.subarray(MAGIC.length));
    const message = this.#messageOf(apiVersion, kind);
    return { apiVersion, kind, ...this.#message(raw, message, 0) } as KubeObject;
  }

  /** Options belong to every group version. */
  #messageOf(apiVersion: string, kind: string): string {
    const { kinds, messages } = this.tables;
    const found = kinds[`${apiVersion}/${kind}`] ?? (kind.endsWith('Options') ? `${META}.${kind}` : undefined);
    if (found === undefined || !Object.hasOwn(messages, found))
      throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
    return found;
  }

  #message(bytes: Uint8Array, message: string, depth: number): Record<string, Json | undefined> {
    if (depth > MAX_DEPTH) throw malformed(`it is nested deeper than ${MAX_DEPTH}`);
    const fields = this.#messages.fieldsOf(message);
    const object: Record<string, Json | undefined> = {};
    const reader = new WireReader(bytes);
    while (!reader.done) {
      const { field: number, wire } = reader.tag();
      const field = fields.get(number);
      if (field) this.#field(object, field, reader, wire, depth);
      else reader.skip(wire);
    }
    return object;
  }

  #field(
    object: Record<string, Json | undefined>,
    field: Field,
    reader: WireReader,
    wire: WireType,
    depth: number,
  ): void {
    const { name, shape } = field;
    if (shape === 'map') {
      const [key, value] = this.#entry(reader.slice(), field, depth);
      refuseMagicKey(key);
      object[name] ??= {};
      (object[name] as Record<string, Json>)[key] = value;
      return;
    }
    if (shape === 'list' && wire === 2 && isNumeric(field.type)) {
      const packed = new WireReader(reader.slice());
      while (!packed.done) this.#append(object, name, packed.integer());
      return;
    }
    const value = this.#value(reader, field.type, wire, depth);
    if (shape === 'list') this.#append(object, name, value ?? null);
    else if (field.inline) Object.assign(object, value);
    else if (value !== undefined && (field.kept || !isZero(value))) object[name] = value;
  }

  #append(object: Record<string, Json | undefined>, name: string, value: Json): void {
    object[name] ??= [];
    (object[name] as Json[]).push(value);
  }

  #entry(bytes: Uint8Array, field: Field, depth: number): [key: string, value: Json] {
    const reader = new WireReader(bytes);
    let key = '';
    let value: Json | undefined;
    while (!reader.done) {
      const { field: number, wire } = reader.tag();
      if (number === 1 && wire === 2) key = reader.text();
      else if (number === 2) value = this.#value(reader, field.type, wire, depth);
      else reader.skip(wire);
    }
    return [key, value ?? (field.type === 'string' || field.type === 'bytes' ? '' : {})];
  }

  #value(reader: WireReader, type: string, wire: WireType, depth: number): Json | undefined {
    switch (type) {
      case 'string':
        return expect(wire, 2) && reader.text();
      case 'bytes':
        return expect(wire, 2) && base64(reader.slice());
      case 'bool':
        return expect(wire, 0) && reader.integer() !== 0;
      case 'int32':
      case 'int64':
        return expect(wire, 0) && reader.integer();
      case 'double':
        return expect(wire, 1) && reader.double();
      default:
        return expect(wire, 2) && this.#nested(reader.slice(), type, depth + 1);
    }
  }

  #nested(bytes: Uint8Array, type: string, depth: number): Json | undefined {
    const wellKnown = WELL_KNOWN[type];
    if (wellKnown) return wellKnown(bytes);
    const object = this.#message(bytes, type, depth) as JsonObject;
    if (type.endsWith('.JSONSchemaPropsOrArray')) return schemaOrArray(object);
    if (type.endsWith('.JSONSchemaPropsOrBool')) return schemaOrBool(object);
    if (type.endsWith('.JSONSchemaPropsOrStringArray')) return schemaOrTexts(object);
    return object;
  }
}

const isNumeric = (type: string): boolean => type === 'int32' || type === 'int64';

const isZero = (value: Json): boolean => value === '' || value === false || value === 0;

function expect(found: WireType, wanted: WireType): true {
  if (found !== wanted) throw malformed(`wire type ${found} where ${wanted} belongs`);
  return true;
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}
