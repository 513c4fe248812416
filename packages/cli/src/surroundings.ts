import type { Clock, Log, RandomBytes } from '@drover/kit';

/** What a composition root is given from outside: the only place where the process's own world comes in. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
  /** Writes one line for programs: the ready line. */
  readonly print: (line: string) => void;
  /** Writes a line for the person at the terminal. */
  readonly tell: (line: string) => void;
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal;
  /** How to run this program again, as another process: its interpreter and its entry file. */
  readonly self: readonly string[];
  readonly version: string;
}
