import { decodeJson, decodeYaml, type Json, type KubeObject, ProtobufDecoder } from '@drover/api';
import { protobufTables } from '@drover/api/schemas';

let decoder: ProtobufDecoder | undefined;

/** A JSON body. @throws ApiError BadRequest when it is none, or is nested more deeply than any real object. */
export const parseJson = (bytes: Buffer): Json => decodeJson(bytes);

/** A YAML body as JSON. JSON is YAML, and programs send it under this name; it is read the short way. @throws ApiError BadRequest. */
export const decodeYamlBody = (bytes: Buffer): Json => (bytes[0] === 0x7b ? decodeJson(bytes) : decodeYaml(bytes));

/** A protobuf body of a built-in kind. The tables are read when the first such body comes. @throws ApiError BadRequest. */
export function decodeProtobufBody(bytes: Buffer): KubeObject {
  decoder ??= new ProtobufDecoder(protobufTables());
  return decoder.decode(bytes);
}
