import { type AdmissionReview, type User, users } from '@drover/api';
import type { Clock } from '@drover/kit';
import type { LocalApi } from './caller-holdings.js';
import { cause, refuse, validated } from './fields.js';

/** How long a write takes at most from its admission to the store: until then nobody else sees the name there. */
const IN_FLIGHT_MS = 2_000;

/**
 * Keeps user names unique where they are stored: whoever could take another's name could keep that user from signing in. Names that are
 * on their way into the store count as taken.
 */
export class UserNames {
  readonly #inFlight = new Map<string, { readonly user: string; readonly until: number }>();

  constructor(private readonly clock: Clock) {}

  /** @throws ApiError Invalid for a name that another user has. */
  async admit(review: AdmissionReview, local: () => Pick<LocalApi, 'list'>): Promise<undefined> {
    const { operation, name, dryRun } = review;
    const [user, old] = [validated<User>(review.object), validated<User>(review.old)];
    if (operation === 'DELETE') this.#inFlight.delete(old?.username ?? '');
    const { username } = user ?? {};
    if (!username || username === old?.username) return;
    const { items } = await local().list(users);
    const others = items.filter(({ metadata }) => metadata.name !== name);
    // From here to the note nothing is awaited: two reviews cannot both find the name free.
    const now = this.clock.now();
    for (const [each, { until }] of this.#inFlight) if (until <= now) this.#inFlight.delete(each);
    const coming = this.#inFlight.get(username);
    const taken = others.some((other) => other.username === username) || (coming !== undefined && coming.user !== name);
    refuse(review, 'User', taken ? [cause('username', `the user name "${username}" is taken`)] : []);
    if (!dryRun) this.#inFlight.set(username, { user: name, until: now + IN_FLIGHT_MS });
  }
}
