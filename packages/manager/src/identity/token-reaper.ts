import { type ManagementToken, managementTokens, type Stored } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import {
  again,
  type Controller,
  createController,
  deleteIfPresent,
  done,
  isBeingDeleted,
  watches,
} from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { expiryOf, type TokenLife } from './token-life.js';

/** A token's end is looked for at least this often: timers cannot be set for months. */
const LOOK_MS = 3_600_000;
/** An expired token stays this long, so that its owner's list still says what became of it. */
const GRACE_MS = 24 * 3_600_000;
/** An idle session goes after this long: a longer limit must not bring it back. Another replica may know of later activity. */
const IDLE_GRACE_MS = 2 * 60_000;

/** Deletes tokens some time after they have ended: every sign-in and every kubeconfig makes one. */
export function tokenReaper(parts: {
  readonly client: Client;
  readonly tokens: Informer<ManagementToken>;
  readonly life: TokenLife;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, tokens, life, clock, random, log } = parts;
  const dueOf = (token: Stored<ManagementToken>): number | undefined => {
    const [expiry, idle] = [expiryOf(token), life.idleEnd(token)];
    const dues = [expiry && expiry + GRACE_MS, idle && idle + IDLE_GRACE_MS].filter((due) => due !== undefined);
    return dues.length === 0 ? undefined : Math.min(...dues);
  };
  return createController({
    name: 'token-reaper',
    sources: [watches(tokens, { when: ({ type }) => type === 'added' })],
    async reconcile({ name }) {
      const token = tokens.get(undefined, name);
      if (token === undefined || isBeingDeleted(token)) return done;
      const due = dueOf(token);
      if (due === undefined) return done;
      const left = due - clock.now();
      if (left > 0) return again(Math.min(left, LOOK_MS));
      await deleteIfPresent(client, managementTokens, { name });
      return done;
    },
    clock,
    random,
    log,
  });
}
