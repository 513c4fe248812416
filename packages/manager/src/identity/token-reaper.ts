import { hasReason, type ManagementToken, managementTokens } from '@drover/api';
import type { Client, Informer } from '@drover/client';
import { again, type Controller, createController, done, isBeingDeleted, watches } from '@drover/controller';
import type { Clock, Log, RandomBytes } from '@drover/kit';
import { expiryOf } from './authenticate.js';

/** A token's end is looked for at least this often: timers cannot be set for months. */
const LOOK_MS = 3_600_000;
/** An expired token stays this long, so that its owner's list still says what became of it. */
const GRACE_MS = 24 * 3_600_000;

/** Deletes tokens some time after they have expired: every sign-in and every kubeconfig makes one. */
export function tokenReaper(parts: {
  readonly client: Client;
  readonly tokens: Informer<ManagementToken>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly log: Log;
}): Controller {
  const { client, tokens, clock, random, log } = parts;
  return createController({
    name: 'token-reaper',
    sources: [watches(tokens, { when: ({ type }) => type === 'added' })],
    async reconcile({ name }) {
      const token = tokens.get(undefined, name);
      const expiry = token && expiryOf(token);
      if (token === undefined || expiry === undefined || isBeingDeleted(token)) return done;
      const left = expiry + GRACE_MS - clock.now();
      if (left > 0) return again(Math.min(left, LOOK_MS));
      await client.delete(managementTokens, { name }).catch((error: unknown) => {
        if (!hasReason(error, 'NotFound')) throw error;
      });
      return done;
    },
    clock,
    random,
    log,
  });
}
