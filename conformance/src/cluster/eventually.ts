import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks at what has no event: a document that follows a definition, a controller's verdict elsewhere. */
const LOOK_MS = 50;

/**
 * Asks until `look` answers what `wanted` accepts: for what a server promises soon and tells nobody of.
 *
 * @returns the first accepted answer, or the last one when `deadlineMs` has passed: the caller's expectation then says what it is.
 */
export async function eventually<T>(
  look: () => Promise<T>,
  wanted: (value: T) => boolean,
  deadlineMs = 20_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await look();
    if (wanted(value) || performance.now() > deadline) return value;
    await pause(LOOK_MS);
  }
}
