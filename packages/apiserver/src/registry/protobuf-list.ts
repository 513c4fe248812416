import type { ProtobufDocument } from '@drover/api';
import type { Entry } from '@drover/store';
import { protobufEncoder } from '../request/encode.js';
import { asBuffer } from '../storage/rendering.js';
import type { ListBody } from './list-body.js';

/** What is encoded in one turn of the event loop: some milliseconds' work. */
const TURN = { entries: 200, bytes: 256 * 1024 };

/** Encoded items that are held until they are sent. Those of a longer list are encoded again then, rather than kept. */
const HELD_BYTES = 16 * 1024 * 1024;

/**
 * A LIST's document in protobuf: `list` is the document without its items, which are what `itemOf` makes of the entries. A list
 * says first how long it is; so all of it is encoded before the first byte is sent, a few items in each turn of the loop.
 */
export async function protobufListBody(
  list: ProtobufDocument,
  entries: readonly Entry[],
  itemOf: (entry: Entry) => object,
): Promise<ListBody> {
  const encoder = protobufEncoder();
  const slices = slicesOf(entries);
  const encode = (slice: readonly Entry[]): Uint8Array => encoder.encodeItems(list, slice.map(itemOf));
  const held = new Map<readonly Entry[], Uint8Array>();
  let bytes = 0;
  for (const [index, slice] of slices.entries()) {
    if (index > 0) await new Promise((turn) => setImmediate(turn));
    const items = encode(slice);
    bytes += items.length;
    if (bytes <= HELD_BYTES) held.set(slice, items);
  }
  const { before, after } = encoder.encodeList(list, bytes);
  function* chunks(): Generator<Buffer> {
    yield asBuffer(before);
    for (const slice of slices) {
      yield asBuffer(held.get(slice) ?? encode(slice));
      held.delete(slice);
    }
    yield asBuffer(after);
  }
  return { length: before.length + bytes + after.length, chunks };
}

function slicesOf(entries: readonly Entry[]): (readonly Entry[])[] {
  const slices: (readonly Entry[])[] = [];
  let start = 0;
  let bytes = 0;
  for (const [index, { value }] of entries.entries()) {
    bytes += value.length;
    if (bytes < TURN.bytes && index + 1 - start < TURN.entries && index + 1 < entries.length) continue;
    slices.push(entries.slice(start, index + 1));
    start = index + 1;
    bytes = 0;
  }
  return slices;
}
