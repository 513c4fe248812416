import { type KubeObject, ProtobufDecoder, type ProtobufDocument, ProtobufEncoder } from '@drover/api';
import { protobufTables } from '@drover/api/schemas';
import type { Answer } from './answer.js';

/** The media type. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

const decoder = new ProtobufDecoder(protobufTables());
const encoder = new ProtobufEncoder(protobufTables());

/** The object in an answer in protobuf. */
export const objectIn = ({ bytes }: Answer): KubeObject => decoder.decode(bytes);

/** The bytes of a document of JSON, as it is in protobuf. */
export const inProtobuf = ({ text }: Answer): Buffer =>
  Buffer.from(encoder.encode(JSON.parse(text) as ProtobufDocument));

/** One event of a watch. */
export interface Frame {
  readonly type: string;
  readonly object: KubeObject;
}

/** The events of a watch in protobuf, each behind its length in four bytes. */
export function framesIn({ bytes }: Answer): Frame[] {
  const frames: Frame[] = [];
  const body = Buffer.from(bytes);
  for (let at = 0; at < body.length; ) {
    const end = at + 4 + body.readUInt32BE(at);
    // A WatchEvent: its type, then an object that begins as every document does.
    const frame = body.subarray(at + 4, end);
    const type = frame.toString('utf8', 2, 2 + (frame[1] ?? 0));
    frames.push({ type, object: decoder.decode(frame.subarray(frame.indexOf('k8s\0'))) });
    at = end;
  }
  return frames;
}
