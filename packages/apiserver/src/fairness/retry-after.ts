/** The longest time that a caller is told to stay away, in seconds (apiserver flowcontrol maxRetryAfter). */
const LONGEST = 32;

interface Second {
  readonly at: number;
  readonly refused: number;
}

/**
 * When those whom one priority level refuses are to come again: after one second; after twice the time while three requests or
 * more are refused in each second, up to 32 seconds; one second less as soon as it is less than one in each.
 */
export class RetryAfter {
  #seconds = 1;
  #raised = 0;
  #at = 0;
  #refused = 0;
  #before: readonly Second[] = [];

  /** A request is refused at `now`, in milliseconds since the epoch: the seconds that its caller is to wait. */
  refused(now: number): number {
    const second = Math.floor(now / 1000);
    if (second !== this.#at) this.#begin(second);
    this.#refused += 1;
    return this.#seconds;
  }

  #begin(second: number): void {
    const past = [...this.#before, { at: this.#at, refused: this.#refused }];
    this.#before = past.filter(({ at }) => second - at <= LONGEST);
    this.#at = second;
    this.#refused = 0;
    const within = this.#before.filter(({ at }) => second - at <= this.#seconds);
    const refused = within.reduce((sum, past) => sum + past.refused, 0);
    if (refused >= 3 * this.#seconds && second - this.#raised >= this.#seconds) {
      this.#seconds = Math.min(LONGEST, this.#seconds * 2);
      this.#raised = second;
    } else if (refused < this.#seconds && this.#seconds > 1) {
      this.#seconds -= 1;
    }
  }
}
