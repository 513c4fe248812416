import type { Client } from '@drover/client';
import type { Clock, Log, RandomBytes } from '@drover/kit';

/** What nearly every part needs: the local cluster as its administrator, time, randomness, a log. */
export interface Means {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}
