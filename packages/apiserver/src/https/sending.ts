import type { Writable } from 'node:stream';
import type { ApiResponse } from '@drover/api';
import { drained, EventStream, type Framing } from '../registry/event-stream.js';

/** How long a reader may take nothing of an answer that waits for it, before the connection is cut. */
export const STALL_MS = 60_000;

/** Sends the body of an answer whose head is sent, the lines of a watch in `framing`. Rejects when the body breaks off. */
export async function sendBody(body: ApiResponse['body'], answer: Writable, framing?: Framing): Promise<void> {
  if (body instanceof Uint8Array) {
    answer.end(body);
    cutWhenStalled(answer);
    return;
  }
  if (body instanceof EventStream) {
    // One who is cut off for not reading does not read that either.
    body.onEnd(() => cutWhenStalled(answer));
    return body.sendTo(answer, framing);
  }
  for await (const chunk of body) {
    if (answer.destroyed) return;
    if (answer.write(chunk)) continue;
    const patience = cutAfter(answer);
    await drained(answer);
    clearTimeout(patience);
  }
  answer.end();
  cutWhenStalled(answer);
}

/** Cuts an answer of which a part still waits after a time: that part is memory, and nobody takes it. */
function cutWhenStalled(answer: Writable): void {
  if (answer.writableLength === 0 || answer.destroyed) return;
  const patience = cutAfter(answer);
  answer.once('close', () => clearTimeout(patience));
  answer.once('finish', () => clearTimeout(patience));
}

function cutAfter(answer: Writable): NodeJS.Timeout {
  return setTimeout(() => answer.destroy(), STALL_MS).unref();
}
