import type { Duplex } from 'node:stream';
import type { Clock } from '@drover/kit';
import { type RawData, WebSocket } from 'ws';

/** A viewer that says nothing is asked this often whether it is there, which also keeps proxies between us awake. */
const PING_MS = 30_000;
/** Pings in a row that may stay unanswered. */
const MISSED_PINGS = 2;
/** A viewer this far behind makes the machine's side wait. */
const MAX_BUFFERED = 1 << 20;

/**
 * Connects a WebSocket with a stream, bytes as they are in both directions, each side waiting for the other where it is slow.
 * Ends both when either ends, or when the viewer no longer answers pings.
 */
export function relay(socket: WebSocket, stream: Duplex, clock: Clock): void {
  let missed = 0;
  let timer = clock.after(PING_MS, ping);
  function ping(): void {
    if (missed >= MISSED_PINGS) {
      socket.terminate();
      return;
    }
    missed += 1;
    socket.ping();
    timer = clock.after(PING_MS, ping);
  }
  socket.on('pong', () => {
    missed = 0;
  });
  socket.on('message', (data: RawData) => {
    missed = 0;
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
    if (!stream.write(bytes)) {
      socket.pause();
      stream.once('drain', () => socket.resume());
    }
  });
  stream.on('data', (chunk: Buffer) => {
    socket.send(chunk, { binary: true }, () => {
      if (stream.isPaused() && socket.bufferedAmount < MAX_BUFFERED) stream.resume();
    });
    if (socket.bufferedAmount >= MAX_BUFFERED) stream.pause();
  });
  const end = (code: number, reason: string): void => {
    timer[Symbol.dispose]();
    stream.destroy();
    // A WebSocket's close reason is at most 123 bytes.
    if (socket.readyState === WebSocket.OPEN) socket.close(code, reason.slice(0, 120));
  };
  stream.on('error', (error) => end(1011, error.message));
  stream.on('close', () => end(1000, ''));
  stream.on('end', () => end(1000, ''));
  socket.on('close', () => end(1000, ''));
  socket.on('error', () => end(1000, ''));
}
