import type { Clock } from '@drover/kit';
import { PAUSE_ABOVE, PAUSE_AGAIN_AFTER } from './limits.js';

/** What flow control does to its stream. */
export interface FlowEffects {
  /** Sends a frame to the far side. */
  say(type: 'pause' | 'resume'): void;
  /** The stream may send again. */
  go(): void;
  /** Sends one DATA frame although the stream is paused; `false` when there is nothing to send. */
  probe(): boolean;
}

/** How long a pause may last before it is asked about: only a reader slower than 350 KiB/s is busy for longer. */
const PATIENCE_MS = 5_000;

/** The longest time between two such questions. */
const PATIENCE_CAP_MS = 60_000;

/** How long an answer may take. */
const ANSWER_MS = 1_000;

/**
 * PAUSE and RESUME of one stream, right against peers that keep the two directions apart and against upstream, which keeps one
 * flag for "I told the far side to wait" and "the far side told me to wait". From that follows:
 *
 *   upstream gets a RESUME    it forgets that it has told us to wait, and will not say RESUME   => we take our own RESUME for
 *                                                                                                  the end of our waiting
 *   upstream sends a RESUME   it no longer waits for ours                                       => we say PAUSE again to what
 *                                                                                                  comes next
 *                             its writer that was waiting is not woken                          => a pause that lasts is asked
 *                                                                                                  about
 *
 * Asking is to say RESUME, which wakes such a writer, and, when it has fallen silent again, to send one frame: the far side
 * says PAUSE to it, or has room. Without that, two bulk transfers in both directions of one stream stop for ever.
 */
export class FlowControl {
  /** The far side has told us to wait. */
  paused = false;
  readonly #effects: FlowEffects;
  readonly #clock: Clock;
  /** How much was unread when we told the far side to wait; absent when we did not. */
  #told: number | undefined;
  /** We have said RESUME, or got one: what upstream's flag means is not certain any more. */
  #doubtful = false;
  #patienceMs = PATIENCE_MS;
  #timer: Disposable | undefined;

  constructor(effects: FlowEffects, clock: Clock) {
    this.#effects = effects;
    this.#clock = clock;
  }

  /** Data has come, of which `unread` bytes wait; `crowded` when the session as a whole holds too much. */
  received(unread: number, crowded: boolean): void {
    const full = this.#told === undefined ? unread > PAUSE_ABOVE || crowded : unread > this.#told + PAUSE_AGAIN_AFTER;
    if (!full) return;
    this.#told = unread;
    this.#effects.say('pause');
  }

  /** Little is left unread. */
  drained(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#sayResume();
    if (this.paused) this.#go();
  }

  /** The far side said PAUSE. */
  pause(): void {
    this.paused = true;
    if (!this.#doubtful) return;
    this.#arm(this.#patienceMs, () => this.#ask());
    this.#patienceMs = Math.min(this.#patienceMs * 2, PATIENCE_CAP_MS);
  }

  /** The far side said RESUME. */
  resume(): void {
    if (this.#told !== undefined) this.#told = Number.NEGATIVE_INFINITY;
    if (!this.paused) return;
    this.#doubtful = true;
    this.#go();
    this.#arm(ANSWER_MS, () => {
      if (this.#told === undefined) this.#sayResume();
    });
  }

  /** The stream is over. */
  end(): void {
    this.#disarm();
  }

  #ask(): void {
    this.#sayResume();
    this.#arm(ANSWER_MS, () => {
      if (this.#effects.probe()) this.#arm(ANSWER_MS, () => this.#go());
      else this.#go();
    });
  }

  #go(): void {
    this.#disarm();
    this.paused = false;
    this.#patienceMs = PATIENCE_MS;
    this.#effects.go();
  }

  #sayResume(): void {
    this.#doubtful = true;
    this.#effects.say('resume');
  }

  #arm(ms: number, act: () => void): void {
    this.#disarm();
    this.#timer = this.#clock.after(ms, () => {
      this.#timer = undefined;
      act();
    });
  }

  #disarm(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
