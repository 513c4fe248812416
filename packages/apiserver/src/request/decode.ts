import { isUtf8 } from 'node:buffer';
import {
  ApiError,
  badRequest,
  decodeJson,
  duplicateFields,
  isJsonObject,
  type Json,
  jsonSyntaxFault,
  ProtobufDecoder,
  readYaml,
} from '@drover/api';
import { protobufTables } from '@drover/api/schemas';
import { YamlThread } from './yaml-thread.js';

let decoder: ProtobufDecoder | undefined;

/** What a body says. */
export interface Decoded {
  readonly value: Json;
  /** What it says twice, each as a warning tells it: `duplicate field "data.a"`. */
  readonly duplicates: readonly string[];
}

/** A body that is none of the format it is said to be; `fault` is why, in the words of Go. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';

  constructor(readonly fault: string) {
    super(fault);
  }
}

/** A JSON body. @throws Undecodable when it is none; ApiError when it is too large, or nested more deeply than any object. */
export function readJson(bytes: Buffer): Decoded {
  const text = bytes.toString();
  try {
    const value = decodeJson(isUtf8(bytes) ? text : bytes);
    return { value, duplicates: duplicateFields(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`) };
  } catch (error) {
    const fault = error instanceof ApiError && error.reason === 'BadRequest' ? jsonSyntaxFault(text) : undefined;
    throw fault === undefined ? error : new Undecodable(fault);
  }
}

/**
 * Bytes of the longest YAML that is read at once: about 3 ms for so much of manifests, 10 for nothing but numbers. What is longer
 * is read by another thread.
 */
const SHORT_YAML_BYTES = 32 * 1024;

const thread = new YamlThread();

/**
 * A YAML body as JSON. JSON is YAML, and programs send it under this name; it is read the short way. Throws as `readJson`, and as a
 * thread that has too much to do.
 */
export function readYamlBody(bytes: Buffer): Decoded | Promise<Decoded> {
  if (bytes[0] === 0x7b) {
    try {
      return readJson(bytes);
    } catch (error) {
      if (!(error instanceof Undecodable)) throw error;
    }
  }
  return bytes.length <= SHORT_YAML_BYTES ? readYaml(bytes) : thread.read(bytes);
}

/** A protobuf body of a built-in kind. The tables are read when the first such body comes. @throws ApiError BadRequest. */
export function decodeProtobufBody(bytes: Buffer): Decoded {
  decoder ??= new ProtobufDecoder(protobufTables());
  const object: unknown = decoder.decode(bytes);
  if (!isJsonObject(object)) throw badRequest('the body is not an object');
  return { value: object, duplicates: [] };
}
