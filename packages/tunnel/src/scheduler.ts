import type { Clock } from '@drover/kit';
import { encodeDataInto, HEAD_LIMIT } from './frame.js';
import { DATA_LIMIT } from './limits.js';
import { SendWindow } from './send-window.js';

/** A stream's unsent bytes. */
export interface Outbox {
  readonly stream: number;
  /** Bytes that wait to be sent. */
  readonly pending: number;
  /** The far side asked to wait. */
  readonly paused: boolean;
  /** Takes up to `limit` bytes off the front, as pieces in order. */
  takeUnsent(limit: number): Uint8Array[];
  /** What was taken has been copied: its writer may go on. */
  taken(): void;
}

/** A frame on its way, and the buffer to use again when it has gone. */
interface Outgoing {
  readonly frame: Buffer;
  readonly spare?: Buffer;
}

/** Bytes given to the WebSocket and not yet to the kernel, beyond which nothing more is given. */
const UNWRITTEN_LIMIT = 256 * 1024;

/**
 * Decides which frame goes next onto the one WebSocket of a session: frames that are no DATA first, in their order; then the
 * streams take turns of at most 32 KiB, so that a small request waits for one turn of each bulk transfer, not for their ends.
 */
export class Scheduler {
  readonly #send: (frame: Buffer, written: () => void) => void;
  readonly #nextId: () => number;
  readonly #waitingLimit: number;
  readonly #onFull: () => void;
  readonly #window: SendWindow;
  readonly #ping: () => void;
  #control: Outgoing[] = [];
  #ring: Outbox[] = [];
  readonly #inRing = new Set<Outbox>();
  /** At most as many as were ever on their way at once, which `UNWRITTEN_LIMIT` bounds. */
  readonly #spares: Buffer[] = [];
  #unwritten = 0;
  #pumping = false;

  constructor(options: {
    /** Gives a frame to the WebSocket; `written` when the kernel has it. */
    readonly send: (frame: Buffer, written: () => void) => void;
    readonly nextId: () => number;
    readonly waitingLimit: number;
    readonly onFull: () => void;
    readonly clock: Clock;
    /** Sends a WebSocket ping, behind all that was sent; each pong is to be told to `pong`. */
    readonly ping: () => void;
  }) {
    this.#send = options.send;
    this.#nextId = options.nextId;
    this.#waitingLimit = options.waitingLimit;
    this.#onFull = options.onFull;
    this.#ping = options.ping;
    this.#window = new SendWindow(options.clock, () => this.#pump());
  }

  /** Sends a ping, which also marks how far the far side has read. */
  ping(): void {
    this.#window.mark();
    this.#ping();
  }

  /** The far side has answered a ping. */
  pong(): void {
    this.#window.acknowledged();
  }

  /** Sends a frame that is no DATA, before all DATA that was not yet handed over. */
  control(frame: Buffer): void {
    this.#first({ frame });
  }

  /** Gives a stream its turns as long as it has something to send. */
  ready(outbox: Outbox): void {
    if (outbox.paused || outbox.pending === 0 || this.#inRing.has(outbox)) return;
    this.#inRing.add(outbox);
    this.#ring.push(outbox);
    this.#pump();
  }

  /** Sends one frame of a stream that is paused; `false` when it has nothing to send. */
  probe(outbox: Outbox): boolean {
    if (outbox.pending === 0) return false;
    this.#first(this.#dataOf(outbox));
    return true;
  }

  /** Forgets everything: the session is over. */
  clear(): void {
    this.#control = [];
    this.#ring = [];
    this.#inRing.clear();
    this.#window.end();
  }

  #first(outgoing: Outgoing): void {
    if (this.#control.length >= this.#waitingLimit) {
      this.#onFull();
      return;
    }
    this.#control.push(outgoing);
    this.#pump();
  }

  #pump(): void {
    // A stream that is refilled from within its own turn waits for the next round.
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#unwritten < UNWRITTEN_LIMIT) {
      const outgoing = this.#control.shift() ?? (this.#window.open ? this.#nextData() : undefined);
      if (outgoing === undefined) break;
      const { frame, spare } = outgoing;
      const size = frame.byteLength;
      this.#unwritten += size;
      this.#send(frame, () => {
        this.#unwritten -= size;
        if (spare !== undefined) this.#spares.push(spare);
        this.#pump();
      });
      if (this.#window.sent(size)) this.ping();
    }
    this.#pumping = false;
  }

  #nextData(): Outgoing | undefined {
    for (let outbox = this.#ring.shift(); outbox !== undefined; outbox = this.#ring.shift()) {
      this.#inRing.delete(outbox);
      if (outbox.paused || outbox.pending === 0) continue;
      const outgoing = this.#dataOf(outbox);
      if (outbox.pending > 0 && !outbox.paused && !this.#inRing.has(outbox)) {
        this.#inRing.add(outbox);
        this.#ring.push(outbox);
      }
      return outgoing;
    }
    return undefined;
  }

  #dataOf(outbox: Outbox): Outgoing {
    const spare = this.#spares.pop() ?? Buffer.allocUnsafeSlow(HEAD_LIMIT + DATA_LIMIT);
    const pieces = outbox.takeUnsent(DATA_LIMIT);
    const frame = encodeDataInto(spare, this.#nextId(), outbox.stream, pieces);
    outbox.taken();
    return { frame, spare };
  }
}
