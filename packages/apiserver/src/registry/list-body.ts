import type { Entry } from '@drover/store';
import { metadataOffset, objectHead } from '../storage/rendering.js';

/** Bytes put together at a time: large enough to be cheap, small enough that the loop turns between two. */
const CHUNK = 256 * 1024;

/** A LIST's document, put together from stored bytes: nothing is parsed, and no more than one chunk is held. */
export interface ListBody {
  readonly length: number;
  /** Its bytes in order. They may be in buffers of `allocate`, which are asked for one after the other. */
  readonly chunks: (allocate: Allocate) => Generator<Buffer>;
}

/** A buffer of at least `size` bytes, whatever is in it. */
export type Allocate = (size: number) => Buffer;

/** The document of `kind` with `metadata` and `entries` as items in `apiVersion`. */
export function listBody(
  { listKind, kind, apiVersion }: { readonly listKind: string; readonly kind: string; readonly apiVersion: string },
  metadata: Readonly<Record<string, unknown>>,
  entries: readonly Entry[],
): ListBody {
  const opening = Buffer.from(
    `{"kind":${JSON.stringify(listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${JSON.stringify(metadata)},"items":[`,
  );
  const closing = Buffer.from(']}\n');
  const [itemOpening, itemMiddle] = objectHead(apiVersion, kind, 0).split('"0"') as [string, string];
  const fixed = Buffer.byteLength(itemOpening) + 2 + Buffer.byteLength(itemMiddle);
  let length = opening.length + closing.length + Math.max(0, entries.length - 1);
  for (const { value, revision } of entries) {
    length += fixed + String(revision).length + value.length - metadataOffset(value);
  }
  const parts = { opening, closing, itemOpening, itemMiddle };
  return { length, chunks: (allocate) => chunks(parts, entries, Math.min(CHUNK, length), allocate) };
}

interface Parts {
  readonly opening: Buffer;
  readonly closing: Buffer;
  readonly itemOpening: string;
  readonly itemMiddle: string;
}

function* chunks(
  { opening, closing, itemOpening, itemMiddle }: Parts,
  entries: readonly Entry[],
  size: number,
  allocate: Allocate,
): Generator<Buffer> {
  let chunk = allocate(Math.max(size, opening.length));
  let used = opening.copy(chunk);
  for (const [index, { value, revision }] of entries.entries()) {
    const head = `${index === 0 ? '' : ','}${itemOpening}"${revision}"${itemMiddle}`;
    const offset = metadataOffset(value);
    const needed = Buffer.byteLength(head) + value.length - offset;
    if (used + needed > chunk.length) {
      yield chunk.subarray(0, used);
      chunk = allocate(Math.max(size, needed));
      used = 0;
    }
    used += chunk.write(head, used);
    chunk.set(value.subarray(offset), used);
    used += value.length - offset;
  }
  if (used + closing.length > chunk.length) {
    yield chunk.subarray(0, used);
    yield closing;
    return;
  }
  used += closing.copy(chunk, used);
  yield chunk.subarray(0, used);
}
