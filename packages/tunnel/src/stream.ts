import { Duplex } from 'node:stream';
import type { Clock } from '@drover/kit';
import { FlowControl } from './flow-control.js';
import { RESUME_BELOW } from './limits.js';
import type { Outbox } from './scheduler.js';

/** What a stream asks of its session. */
export interface StreamOwner {
  /** There are bytes to send, or may be again. */
  ready(stream: TunnelStream): void;
  /** Sends one frame of a paused stream. */
  probe(stream: TunnelStream): boolean;
  say(type: 'pause' | 'resume'): void;
  /** Fewer than `RESUME_BELOW` bytes are unread. */
  drained(stream: TunnelStream): void;
  /** This end is done with the stream: all is sent (`EOF`), or it failed. */
  finished(stream: TunnelStream, message: string): void;
}

/** Why a stream broke: the far side's own words, or the end of the tunnel. */
export class TunnelStreamError extends Error {
  override readonly name = 'TunnelStreamError';
}

/**
 * One connection through a tunnel. There is no half-close in the protocol: ending either direction ends the connection, after
 * what was written before has been sent and what came before has been read.
 */
export class TunnelStream extends Duplex implements Outbox {
  readonly #owner: StreamOwner;
  #pieces: Uint8Array[] = [];
  #written: ((error?: Error | null) => void) | undefined;
  #farEnded = false;
  pending = 0;
  readonly flow: FlowControl;

  constructor(
    owner: StreamOwner,
    readonly stream: number,
    clock: Clock,
  ) {
    super({ allowHalfOpen: false, readableHighWaterMark: RESUME_BELOW, writableHighWaterMark: 64 * 1024 });
    this.#owner = owner;
    this.flow = new FlowControl(
      { say: (type) => owner.say(type), go: () => owner.ready(this), probe: () => owner.probe(this) },
      clock,
    );
  }

  get paused(): boolean {
    return this.flow.paused;
  }

  /** Bytes from the far side. */
  receive(payload: Uint8Array): void {
    // An empty chunk would read as a pause in the flow; it is none.
    if (payload.byteLength > 0 && !this.destroyed && !this.#farEnded) this.push(payload);
  }

  /** The far side has closed gracefully: the reader gets what is buffered, then the end. */
  farEnd(): void {
    if (this.#farEnded || this.destroyed) return;
    this.#farEnded = true;
    this.push(null);
    this.#dropPending();
  }

  /** The far side, or the tunnel, has failed. */
  fail(message: string): void {
    this.#farEnded = true;
    this.destroy(new TunnelStreamError(message));
  }

  takeUnsent(limit: number): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let room = limit;
    while (room > 0) {
      const piece = this.#pieces[0];
      if (piece === undefined) break;
      if (piece.byteLength <= room) {
        taken.push(piece);
        this.#pieces.shift();
        room -= piece.byteLength;
      } else {
        taken.push(piece.subarray(0, room));
        this.#pieces[0] = piece.subarray(room);
        room = 0;
      }
    }
    this.pending -= limit - room;
    return taken;
  }

  taken(): void {
    if (this.pending === 0) this.#writeDone();
  }

  override _read(): void {
    this.#owner.drained(this);
    this.flow.drained();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, written: (error?: Error | null) => void): void {
    this.#offer([chunk], written);
  }

  override _writev(
    chunks: { readonly chunk: Uint8Array; readonly encoding: BufferEncoding }[],
    written: (error?: Error | null) => void,
  ): void {
    this.#offer(
      chunks.map(({ chunk }) => chunk),
      written,
    );
  }

  override _final(done: (error?: Error | null) => void): void {
    if (!this.#farEnded) this.#owner.finished(this, 'EOF');
    // There is no half-close: what the far side may still send is not for us.
    if (!this.readableEnded && !this.#farEnded) {
      this.#farEnded = true;
      this.push(null);
    }
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pieces = [];
    this.pending = 0;
    this.#owner.finished(this, error === null ? 'EOF' : error.message);
    this.#writeDone();
    done(error);
  }

  #offer(pieces: Uint8Array[], written: (error?: Error | null) => void): void {
    if (this.#farEnded) {
      // As with a socket whose peer has closed: the bytes go nowhere, and the reader learns of it.
      written();
      return;
    }
    this.#pieces = pieces;
    for (const { byteLength } of pieces) this.pending += byteLength;
    this.#written = written;
    if (this.pending === 0) this.#writeDone();
    else this.#owner.ready(this);
  }

  #dropPending(): void {
    this.#pieces = [];
    this.pending = 0;
    this.#writeDone();
  }

  #writeDone(): void {
    const written = this.#written;
    this.#written = undefined;
    written?.();
  }
}
