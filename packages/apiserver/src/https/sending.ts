import type { Writable } from 'node:stream';
import type { ApiResponse } from '@drover/api';
import { drained, EventStream } from '../registry/event-stream.js';

/** How long a reader may take nothing of what waits for it, before its connection is cut: that part is memory. */
export const STALL_MS = 60_000;

/** Bytes with which a large answer ends, when everything before them is sent. */
const LAST_BYTES = 1024;

/**
 * Node pauses the parser of a connection when a request comes while an answer waits to be sent, and then takes what TLS has already
 * decrypted for a parse error. So nobody may have an answer as a whole, and send the next request, before that has left.
 */
async function sendWhole(body: Uint8Array, answer: Writable): Promise<void> {
  if (body.length < answer.writableHighWaterMark) {
    answer.end(body);
    return;
  }
  if (!answer.write(body.subarray(0, -LAST_BYTES))) await drained(answer);
  if (!answer.destroyed) answer.end(body.subarray(-LAST_BYTES));
}

/** Cuts a connection, or a stream of one, that was idle for too long, if something waits for its reader. */
export function cutStalled(stalled: Writable): void {
  if (stalled.writableLength > 0) stalled.destroy();
}

/** Sends the body of an answer whose head is sent. Rejects when the body breaks off. */
export async function sendBody(body: ApiResponse['body'], answer: Writable): Promise<void> {
  if (body instanceof Uint8Array) return sendWhole(body, answer);
  if (body instanceof EventStream) return body.sendTo(answer);
  for await (const chunk of body) {
    if (answer.destroyed) return;
    if (!answer.write(chunk)) await drained(answer);
  }
  answer.end();
}
