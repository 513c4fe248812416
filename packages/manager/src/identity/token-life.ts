import { type ManagementToken, managementTokens, type Stored } from '@drover/api';
import type { Client } from '@drover/client';
import { rfc3339 } from '@drover/controller';
import type { Clock } from '@drover/kit';
import type { Settings } from '../settings.js';
import { isSession } from './token-kind.js';

const MINUTE_MS = 60_000;
/** Activity is written at most this often a session: after a restart the last minute of it may be unknown. */
const WRITE_MS = 60_000;
/** Sessions whose last activity is held in memory; when full, what was written counts. */
const REMEMBERED = 10_000;

/** Why a token that was shown does not hold. */
export type TokenFault = 'expired' | 'idle' | 'disabled' | 'deleted';

/** When a token stops holding by its own time to live (ms since the epoch); `undefined` when it never does. */
export function expiryOf(token: Stored<ManagementToken>): number | undefined {
  const ttl = token.ttl ?? 0;
  return ttl === 0 ? undefined : Date.parse(token.metadata.creationTimestamp) + ttl;
}

/**
 * How long tokens hold: each for its time to live, and a session only for as long as somebody is there. Who is there: whoever
 * signed in, then whoever the console reports (keys and pointer, as a UserActivity), or any request of a session that is shown as a
 * bearer, since a program has no keys. What a page does by itself in a browser is no activity.
 */
export class TokenLife {
  /** When each session was last seen active, and when that was last written. */
  readonly #seen = new Map<string, { at: number; written: number }>();

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly settings: Pick<Settings, 'count'>;
      readonly clock: Clock;
    },
  ) {}

  /** When the token ends if nothing more happens; `undefined` when it never does. */
  endOf(token: Stored<ManagementToken>): number | undefined {
    const ends = [expiryOf(token), this.idleEnd(token)].filter((end) => end !== undefined);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  /** When a session ends for want of activity; `undefined` for other tokens, and where the setting allows any idling. */
  idleEnd(token: Stored<ManagementToken>): number | undefined {
    if (!isSession(token)) return undefined;
    const limit = this.parts.settings.count('auth-user-session-idle-ttl-minutes') * MINUTE_MS;
    return limit === 0 ? undefined : this.#lastSeen(token) + limit;
  }

  fault(token: Stored<ManagementToken>): TokenFault | undefined {
    if (token.metadata.deletionTimestamp !== undefined) return 'deleted';
    if (token.enabled === false) return 'disabled';
    const now = this.parts.clock.now();
    const expiry = expiryOf(token);
    if (expiry !== undefined && expiry <= now) return 'expired';
    const idle = this.idleEnd(token);
    return idle !== undefined && idle <= now ? 'idle' : undefined;
  }

  /** Notes that somebody is there: at once in memory, in the object now and then. */
  seen(token: Stored<ManagementToken>, at: number = this.parts.clock.now()): void {
    if (!isSession(token)) return;
    const { name } = token.metadata;
    const known = this.#seen.get(name);
    const written = Math.max(known?.written ?? 0, writtenActivity(token));
    const seen = Math.min(at, this.parts.clock.now());
    if (seen <= Math.max(written, known?.at ?? 0)) return;
    const due = seen - written >= WRITE_MS;
    if (this.#seen.size >= REMEMBERED) this.#seen.clear();
    this.#seen.set(name, { at: seen, written: due ? seen : written });
    if (!due) return;
    const patch = { activityLastSeenAt: rfc3339(seen) };
    // One that could not be written counts here all the same, and the next one is written.
    this.parts.client.patch(managementTokens, { name }, { type: 'merge', patch }).catch(() => {});
  }

  #lastSeen(token: Stored<ManagementToken>): number {
    return Math.max(this.#seen.get(token.metadata.name)?.at ?? 0, writtenActivity(token));
  }
}

/** The activity that the object tells of; a sign-in is one. */
function writtenActivity({ activityLastSeenAt, metadata }: Stored<ManagementToken>): number {
  const written = Date.parse(activityLastSeenAt ?? '');
  return Number.isNaN(written) ? Date.parse(metadata.creationTimestamp) : written;
}
