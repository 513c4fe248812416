import { type AdmissionReview, forbidden, type ManagementToken } from '@drover/api';
import { holdsEverything, isTrusted, type LocalApi } from './caller-holdings.js';
import { excessOfUser } from './excess.js';
import { validated } from './fields.js';

/**
 * Tokens are made and changed by this server: a token written by hand would be a way to sign in as its user. They are deleted by
 * whoever may delete them and has no less than their user.
 *
 * @throws ApiError Forbidden.
 */
export async function admitToken(review: AdmissionReview, local: () => LocalApi): Promise<undefined> {
  const { operation, identity, name, group, resource } = review;
  if (isTrusted(identity) || (await holdsEverything(local(), identity))) return;
  const kind = { group, plural: resource };
  if (operation !== 'DELETE')
    throw forbidden(kind, name, 'tokens are made by POST /v3/tokens, and changed by this server alone');
  const owner = validated<ManagementToken>(review.old)?.userId ?? '';
  const missing = await excessOfUser(local(), identity, owner);
  if (missing === undefined) return;
  throw forbidden(kind, name, `the user whose token this is has more than you have: ${missing}`);
}
