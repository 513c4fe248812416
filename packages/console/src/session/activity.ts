import type { Clock } from '@drover/kit';

/** Said to the server at most this often, which is as often as it writes it down. */
const INTERVAL_MS = 60_000;

/** What a person does at a page, and a page does not do by itself. */
export const SIGNS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/** Tells the server that somebody is there, when somebody is: else the session ends. */
export class Activity {
  #told = Number.NEGATIVE_INFINITY;

  /** `tell` says it; what it could not say is said with the next sign. */
  constructor(
    private readonly clock: Clock,
    private readonly tell: () => Promise<unknown>,
  ) {}

  /** Somebody did something. */
  sign(): void {
    const now = this.clock.now();
    if (now - this.#told < INTERVAL_MS) return;
    this.#told = now;
    this.tell().catch(() => {
      this.#told = Number.NEGATIVE_INFINITY;
    });
  }
}
