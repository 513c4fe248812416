import { encodeYaml, type ProtobufDocument, ProtobufEncoder } from '@drover/api';
import { protobufTables } from '@drover/api/schemas';
import type { Representation } from './negotiation.js';

let encoder: ProtobufEncoder | undefined;

/** The encoder of answers in protobuf. The tables are read when the first such answer is given. */
export function protobufEncoder(): ProtobufEncoder {
  encoder ??= new ProtobufEncoder(protobufTables());
  return encoder;
}

/** `content-type` of each media type. */
export const CONTENT_TYPES = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const;

/** A document as it is sent. */
export function encodeDocument(
  document: ProtobufDocument,
  { media, pretty }: Pick<Representation, 'media' | 'pretty'>,
): Uint8Array {
  if (media === 'protobuf') return protobufEncoder().encode(document);
  const text = pretty ? JSON.stringify(document, null, 2) : JSON.stringify(document);
  return Buffer.from(media === 'yaml' ? encodeYaml(JSON.parse(text)) : `${text}\n`);
}
