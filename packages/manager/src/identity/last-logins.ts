import { type Stored, type User, type UserAttribute, userAttributes, users } from '@drover/api';
import type { Client } from '@drover/client';
import { createOrUpdate, ownerReference, rfc3339 } from '@drover/controller';
import type { Clock, Log } from '@drover/kit';

/** The label of a user that says when it signed in last, in seconds since the epoch, as Rancher's console reads it. */
export const LAST_LOGIN = 'cattle.io/last-login';

/** Writes down when users signed in last: in their attributes, and as a label of the user, which lists show. */
export class LastLogins {
  constructor(private readonly parts: { readonly client: Client; readonly clock: Clock; readonly log: Log }) {}

  /** Notes that `user` signs in now. A time that cannot be written keeps nobody out. */
  note(user: Stored<User>): void {
    this.#write(user).catch((error: unknown) => {
      this.parts.log.warn('the last sign-in could not be written down', { error, user: user.metadata.name });
    });
  }

  async #write(user: Stored<User>): Promise<void> {
    const { client, clock } = this.parts;
    const { name } = user.metadata;
    const now = clock.now();
    const patch = { metadata: { labels: { [LAST_LOGIN]: String(Math.floor(now / 1_000)) } } };
    await client.patch(users, { name }, { type: 'merge', patch });
    const blank: UserAttribute = {
      apiVersion: 'management.cattle.io/v3',
      kind: 'UserAttribute',
      metadata: { name, ownerReferences: [ownerReference(users, user)] },
    };
    await createOrUpdate(client, userAttributes, blank, (attributes) => {
      attributes.lastLogin = rfc3339(now);
    });
  }
}
