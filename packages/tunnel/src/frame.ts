import { unreachable } from '@drover/kit';
import { FrameError, VarintReader, writeVarint } from './varint.js';

/**
 * One message of the remotedialer protocol: each binary WebSocket message is exactly one frame, `varint(id) varint(stream)
 * varint(type) [varint(deadline)] payload`.
 */
export type Frame =
  | { readonly type: 'data'; readonly stream: number; readonly payload: Uint8Array }
  | { readonly type: 'connect'; readonly stream: number; readonly proto: string; readonly address: string }
  | { readonly type: 'error'; readonly stream: number; readonly message: string }
  | { readonly type: 'pause' | 'resume'; readonly stream: number }
  | { readonly type: 'sync'; readonly streams: readonly number[] }
  | { readonly type: 'addClient' | 'removeClient'; readonly client: string };

/** A type that a newer peer may send; older ones take it for nothing. */
export interface UnknownFrame {
  readonly type: 'unknown';
  readonly code: number;
}

const CODES = {
  data: 1,
  connect: 2,
  error: 3,
  addClient: 4,
  removeClient: 5,
  pause: 6,
  resume: 7,
  sync: 8,
} as const satisfies Record<Frame['type'], number>;

/** Written with DATA and CONNECT, and ignored by every reader. */
const DEADLINE_MS = 15_000;

/** How much of these payloads a receiver reads. */
const CONNECT_LIMIT = 266;
const TEXT_LIMIT = 100;

/** The head's four varints at their longest. */
export const HEAD_LIMIT = 40;

/** The text of an ERROR that means a graceful end. */
export const EOF = 'EOF';

const decoder = new TextDecoder();

/**
 * The frame in one binary message. Payloads are views of `bytes`.
 *
 * @throws FrameError when it is none.
 */
export function decodeFrame(bytes: Uint8Array): Frame | UnknownFrame {
  const reader = new VarintReader(bytes);
  reader.skip();
  const stream = reader.read();
  const code = reader.read();
  if (code === CODES.data || code === CODES.connect) reader.skip();
  const payload = bytes.subarray(reader.offset);
  switch (code) {
    case CODES.data:
      return { type: 'data', stream, payload };
    case CODES.connect:
      return { type: 'connect', stream, ...destination(payload) };
    case CODES.error:
      return { type: 'error', stream, message: decoder.decode(payload.subarray(0, TEXT_LIMIT)) };
    case CODES.addClient:
    case CODES.removeClient:
      return {
        type: code === CODES.addClient ? 'addClient' : 'removeClient',
        client: decoder.decode(payload.subarray(0, TEXT_LIMIT)),
      };
    case CODES.pause:
      return { type: 'pause', stream };
    case CODES.resume:
      return { type: 'resume', stream };
    case CODES.sync:
      return { type: 'sync', streams: streamIds(payload) };
    default:
      return { type: 'unknown', code };
  }
}

/** The bytes of a frame; `id` is informational. */
export function encodeFrame(id: number, frame: Frame): Buffer {
  switch (frame.type) {
    case 'data':
      return assemble(id, frame.stream, CODES.data, frame.payload);
    case 'connect':
      return assemble(id, frame.stream, CODES.connect, Buffer.from(`${frame.proto}/${frame.address}`));
    case 'error':
      return assemble(id, frame.stream, CODES.error, truncated(frame.message));
    case 'pause':
    case 'resume':
      return assemble(id, frame.stream, CODES[frame.type], Buffer.alloc(0));
    case 'sync':
      return assemble(id, 0, CODES.sync, streamList(frame.streams));
    case 'addClient':
    case 'removeClient':
      return assemble(id, 0, CODES[frame.type], truncated(frame.client));
    default:
      return unreachable(frame);
  }
}

/** A DATA frame of `pieces`, written into `bytes`, which has room for it. */
export function encodeDataInto(bytes: Buffer, id: number, stream: number, pieces: readonly Uint8Array[]): Buffer {
  let at = head(bytes, id, stream, CODES.data);
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes.subarray(0, at);
}

function assemble(id: number, stream: number, code: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_LIMIT + payload.byteLength);
  const at = head(bytes, id, stream, code);
  bytes.set(payload, at);
  return bytes.subarray(0, at + payload.byteLength);
}

function head(bytes: Uint8Array, id: number, stream: number, code: number): number {
  let at = writeVarint(bytes, 0, id);
  at = writeVarint(bytes, at, stream);
  at = writeVarint(bytes, at, code);
  return code === CODES.data || code === CODES.connect ? writeVarint(bytes, at, DEADLINE_MS) : at;
}

function destination(payload: Uint8Array): { proto: string; address: string } {
  if (payload.byteLength > CONNECT_LIMIT) throw new FrameError(`a CONNECT is longer than ${CONNECT_LIMIT} bytes`);
  const text = decoder.decode(payload);
  const slash = text.indexOf('/');
  if (slash < 0) throw new FrameError('a CONNECT has no "/"');
  return { proto: text.slice(0, slash), address: text.slice(slash + 1) };
}

function streamIds(payload: Uint8Array): number[] {
  if (payload.byteLength % 8 !== 0) throw new FrameError('a SYNCCONNECTIONS is no list of 64-bit numbers');
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const ids: number[] = [];
  // Ids beyond 2^53 name no stream of ours, whatever they round to.
  for (let at = 0; at < payload.byteLength; at += 8) ids.push(Number(view.getBigUint64(at, true)));
  return ids;
}

function streamList(streams: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(streams.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [index, stream] of streams.entries()) view.setBigUint64(index * 8, BigInt(stream), true);
  return bytes;
}

/** Cut where the receiver would cut, but not inside of a character. */
function truncated(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= TEXT_LIMIT) return bytes;
  let end = TEXT_LIMIT;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
