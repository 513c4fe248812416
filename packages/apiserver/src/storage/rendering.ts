import type { KubeObject } from '@drover/api';

const METADATA = Buffer.from('"metadata":{');
const encoder = new TextEncoder();

/**
 * An object's stored bytes: its JSON, beginning with apiVersion, kind and metadata in this order, and without a
 * resourceVersion, which is the store's to give. That form lets an answer be put together without parsing.
 */
export function encodeStored(object: KubeObject, apiVersion: string): Uint8Array {
  const { kind, metadata, apiVersion: _asSent, ...rest } = object;
  const { resourceVersion: _stale, selfLink: _gone, ...kept } = metadata as typeof metadata & { selfLink?: unknown };
  return encoder.encode(JSON.stringify({ apiVersion, kind, metadata: kept, ...rest }));
}

const API_VERSION = '{"apiVersion":"';

/** The version that stored bytes are in. Nothing is parsed: it stands first, and has no character that is marked. */
export function storedApiVersion(value: Uint8Array): string {
  const buffer = asBuffer(value);
  return buffer.toString('utf8', API_VERSION.length, buffer.indexOf('"', API_VERSION.length));
}

/** Stored bytes as an object of the caller's own, with its resourceVersion. */
export function decodeStored(value: Uint8Array, revision: number): KubeObject {
  const object = JSON.parse(asBuffer(value).toString('utf8')) as KubeObject;
  object.metadata.resourceVersion = String(revision);
  return object;
}

/** What stands before an object's own metadata fields in an answer in `apiVersion`. Neither name has a character that is marked. */
export function objectHead(apiVersion: string, kind: string, revision: number | undefined): string {
  const opening = `{"apiVersion":"${apiVersion}","kind":"${kind}","metadata":{`;
  return revision === undefined ? opening : `${opening}"resourceVersion":"${revision}",`;
}

/** Where the fields of `metadata` begin in stored bytes. */
export function metadataOffset(value: Uint8Array): number {
  const offset = asBuffer(value).indexOf(METADATA);
  if (offset < 0) throw new TypeError('stored bytes have no metadata');
  return offset + METADATA.length;
}

/** Stored bytes as an answer in `apiVersion`: a copy with the resourceVersion in it, nothing parsed. */
export function render(
  value: Uint8Array,
  revision: number | undefined,
  apiVersion: string,
  kind: string,
  around: { readonly before?: string; readonly after?: string } = {},
): Buffer {
  const head = `${around.before ?? ''}${objectHead(apiVersion, kind, revision)}`;
  const tail = around.after ?? '';
  const stored = asBuffer(value);
  const offset = metadataOffset(stored);
  const end = head.length + stored.length - offset;
  const bytes = Buffer.allocUnsafe(end + tail.length);
  // Both are ASCII, as all names in an API are.
  bytes.write(head, 0, 'latin1');
  stored.copy(bytes, head.length, offset);
  if (tail !== '') bytes.write(tail, end, 'latin1');
  return bytes;
}

/** What a field's name looks like in stored bytes: made once, because it is looked for in every object there is. */
export interface FieldMark {
  readonly bytes: Buffer;
}

export function fieldMark(field: string): FieldMark {
  return { bytes: Buffer.from(`"${field}":`) };
}

/** Whether such a field is anywhere in stored bytes; `true` also when it is only text in a value. Parses nothing. */
export function mentionsField(value: Uint8Array, { bytes }: FieldMark): boolean {
  return asBuffer(value).includes(bytes);
}

/** The same bytes, not a copy. */
export function asBuffer(value: Uint8Array): Buffer {
  if (Buffer.isBuffer(value)) return value;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
