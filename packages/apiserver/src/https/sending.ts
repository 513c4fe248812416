import type { Writable } from 'node:stream';
import type { ApiResponse } from '@drover/api';
import { drained, EventStream } from '../registry/event-stream.js';
import { ListStream } from '../registry/list-stream.js';

/** How long a reader may take nothing of what waits for it, before its connection is cut: that part is memory. */
export const STALL_MS = 60_000;

/** Cuts a connection, or a stream of one, that was idle for too long, if something waits for its reader. */
export function cutStalled(stalled: Writable): void {
  if (stalled.writableLength > 0) stalled.destroy();
}

/** Sends the body of an answer whose head is sent. Rejects when the body breaks off. */
export async function sendBody(body: ApiResponse['body'], answer: Writable): Promise<void> {
  if (body instanceof Uint8Array) {
    answer.end(body);
    return;
  }
  if (body instanceof EventStream || body instanceof ListStream) return body.sendTo(answer);
  for await (const chunk of body) {
    if (answer.destroyed) return;
    if (!answer.write(chunk)) await drained(answer);
  }
  answer.end();
}
