import type { Clock } from '@drover/kit';

/** Lets `qps` things happen in a second, and `burst` at once after a pause. */
export class TokenBucket {
  #tokens: number;
  #filled: number;

  constructor(
    readonly rate: { readonly qps: number; readonly burst: number },
    readonly clock: Clock,
  ) {
    this.#tokens = rate.burst;
    this.#filled = clock.now();
  }

  /** Resolves when the next one may happen, or when `hurry` aborts. */
  async take(hurry: AbortSignal): Promise<void> {
    const { qps, burst } = this.rate;
    const now = this.clock.now();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#filled) * qps) / 1000) - 1;
    this.#filled = now;
    if (this.#tokens >= 0) return;
    await this.clock.sleep((-this.#tokens / qps) * 1000, hurry).catch(() => undefined);
  }
}
