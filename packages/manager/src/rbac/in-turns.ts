import type { Clock } from '@drover/kit';

/** After so much work others have their turn of the event loop. */
const TURN_MS = 8;

/** Does work that pauses by `yield`, over as many turns of the event loop as it takes, and resolves with its result. */
export async function inTurns<T>(work: Generator<void, T>, clock: Clock): Promise<T> {
  let began = clock.now();
  for (let step = work.next(); ; step = work.next()) {
    if (step.done === true) return step.value;
    if (clock.now() - began < TURN_MS) continue;
    await new Promise((turn) => setImmediate(turn));
    began = clock.now();
  }
}

/** The same in one turn. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (let step = work.next(); ; step = work.next()) if (step.done === true) return step.value;
}
