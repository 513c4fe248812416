import { WireReader } from './wire.js';

/** What a body says about itself (runtime.Unknown). */
export interface Envelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** The object's own message. */
  readonly raw: Uint8Array;
}

/**
 * Reads the envelope around an object.
 *
 * @throws ApiError BadRequest for bytes that are no protobuf.
 */
export function readEnvelope(bytes: Uint8Array): Envelope {
  let type = { apiVersion: '', kind: '' };
  let raw: Uint8Array = new Uint8Array();
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === 2) type = readType(reader.slice());
    else if (field === 2 && wire === 2) raw = reader.slice();
    else reader.skip(wire);
  }
  return { ...type, raw };
}

function readType(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const type = { apiVersion: '', kind: '' };
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const { field, wire } = reader.tag();
    if (field === 1 && wire === 2) type.apiVersion = reader.text();
    else if (field === 2 && wire === 2) type.kind = reader.text();
    else reader.skip(wire);
  }
  return type;
}
