import type { Clock } from '@drover/kit';

/** After how many bytes a mark is due: some thousand marks a second at full speed, none at all for small requests. */
const MARK_EVERY = 128 * 1024;

/** How much longer than the quickest round a mark may take before the window shrinks: the wait of a small request. */
const TARGET_MS = 2;

const START = 1024 * 1024;
const SMALLEST = 256 * 1024;
/** Enough for 1 Gbit/s over 120 ms. */
const LARGEST = 16 * 1024 * 1024;

/** The quickest round is that of the last two of these, so that a changed route is noticed. */
const BASE_EVERY_MS = 10_000;

/** A far side that answers no mark for this long is one that never will. */
const SILENCE_MS = 10_000;

/**
 * How many bytes may be on their way to the far side. The protocol acknowledges nothing, but a WebSocket ping is answered when
 * all before it was read: pings as marks tell how much has arrived and how long it stood in buffers on the way. The window is
 * kept as large as it can be without such a queue, which every small request of the tunnel would have to wait in.
 */
export class SendWindow {
  readonly #clock: Clock;
  readonly #onOpen: () => void;
  #size = START;
  #unacknowledged = 0;
  #unmarked = 0;
  #marks: { readonly bytes: number; readonly at: number }[] = [];
  #base = { now: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, since: 0 };
  #wasFull = false;
  #silence: Disposable | undefined;
  #disabled = false;

  /** `onOpen` is called when the window is open again. */
  constructor(clock: Clock, onOpen: () => void) {
    this.#clock = clock;
    this.#onOpen = onOpen;
  }

  /** Whether more may be sent. */
  get open(): boolean {
    if (this.#disabled || this.#unacknowledged < this.#size) return true;
    this.#wasFull = true;
    return false;
  }

  /** `bytes` were sent; whether a mark is due behind them. */
  sent(bytes: number): boolean {
    this.#unacknowledged += bytes;
    this.#unmarked += bytes;
    return this.#unmarked >= MARK_EVERY && !this.#disabled;
  }

  /** A ping was sent behind all that was sent. */
  mark(): void {
    this.#marks.push({ bytes: this.#unmarked, at: this.#clock.now() });
    this.#unmarked = 0;
    this.#silence ??= this.#clock.after(SILENCE_MS, () => {
      this.#disabled = true;
      this.#onOpen();
    });
  }

  /** A pong has come. They come in the order of the pings. */
  acknowledged(): void {
    const mark = this.#marks.shift();
    if (mark === undefined) return;
    this.#silence?.[Symbol.dispose]();
    this.#silence = undefined;
    this.#unacknowledged -= mark.bytes;
    if (mark.bytes > 0) this.#resize(this.#clock.now() - mark.at, mark.bytes);
    this.#onOpen();
  }

  /** The session is over. */
  end(): void {
    this.#silence?.[Symbol.dispose]();
  }

  #resize(roundMs: number, bytes: number): void {
    const now = this.#clock.now();
    if (now - this.#base.since > BASE_EVERY_MS) {
      this.#base = { now: Number.POSITIVE_INFINITY, before: this.#base.now, since: now };
    }
    this.#base.now = Math.min(this.#base.now, roundMs);
    if (roundMs - Math.min(this.#base.now, this.#base.before) > TARGET_MS) {
      this.#size = Math.max(SMALLEST, this.#size * 0.9);
    } else if (this.#wasFull) {
      this.#size = Math.min(LARGEST, this.#size + bytes);
    }
    // A sender that leaves half of the window unused is not held back by it.
    if (this.#unacknowledged < this.#size / 2) this.#wasFull = false;
  }
}
