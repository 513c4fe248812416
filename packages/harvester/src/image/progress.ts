import type { Clock } from '@drover/kit';

/** At most one report a second: a report is a write to the API server. */
const INTERVAL_MS = 1000;

/**
 * Turns byte counts into reports of whole percents, at most one a second and one at a time; the newest wins. Silent where the
 * total is unknown.
 */
export class Progress {
  #reported = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #writing = false;

  constructor(
    readonly total: number | undefined,
    readonly clock: Clock,
    readonly report: (percent: number) => Promise<void>,
  ) {}

  readonly bytes = (received: number): void => {
    if (this.total === undefined || this.total === 0 || this.#writing) return;
    // 100 is what an image has when it was found good.
    const percent = Math.min(99, Math.floor((received / this.total) * 100));
    const now = this.clock.now();
    if (percent === this.#reported || now - this.#reportedAt < INTERVAL_MS) return;
    this.#reported = percent;
    this.#reportedAt = now;
    this.#writing = true;
    void this.report(percent).finally(() => {
      this.#writing = false;
    });
  };
}
