import { type AdmissionReview, forbidden, type User } from '@drover/api';
import { holdsEverything, isTrusted, type LocalApi } from './caller-holdings.js';
import { excessOfUser } from './excess.js';
import { cause, refuse, validated } from './fields.js';

/** Clusters may know people of other names, by their certificates: whoever makes a user could act as them there. */
const OF_DROVER = /^(u|user)-/;

/**
 * Who may change a user: who has no less than that user, since it could disable it or sign in as it. A user keeps its name, and is
 * known to identity providers only as these say: whoever could take another user's name could sign in as that user's namesake.
 *
 * @throws ApiError Invalid, Forbidden.
 */
export async function admitUser(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { operation, identity, name, group, resource } = review;
  const user = validated<User>(review.object);
  const old = validated<User>(review.old);
  if (user !== undefined && old?.username && old.username !== user.username)
    refuse(review, 'User', [cause('username', 'a user name cannot be changed')]);
  if (isTrusted(identity)) return;
  const known = new Set([...(old?.principalIds ?? []), `local://${name}`]);
  const claimed = (user?.principalIds ?? []).filter((principal) => !known.has(principal));
  if (claimed.length > 0 && !(await holdsEverything(local(), identity)))
    refuse(review, 'User', [cause('principalIds', 'is for administrators to change: who the user is elsewhere')]);
  if (operation === 'CREATE') {
    const named = user?.metadata.name || user?.metadata.generateName || '';
    if (!OF_DROVER.test(named) && !(await holdsEverything(local(), identity)))
      refuse(review, 'User', [
        cause('metadata.name', 'must begin with "u-" or "user-", as the names of users do here'),
      ]);
    return;
  }
  const missing = await excessOfUser(local(), identity, name);
  if (missing === undefined) return;
  throw forbidden(
    { group, plural: resource },
    name,
    `the user has more than you have: ${missing}. Ask somebody who has that to change it`,
  );
}
