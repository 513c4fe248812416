import { type AdmissionReview, forbidden, managementSettings, type Secret as SecretObject, users } from '@drover/api';
import { getIfPresent } from '@drover/controller';
import { type RandomBytes, Secret } from '@drover/kit';
import { hashPassword, passwordFault } from '../identity/password.js';
import { isHashed, PASSWORD_NAMESPACE, secretFields } from '../identity/passwords.js';
import { effectiveValue } from '../settings.js';
import { isTrusted, type LocalApi } from './caller-holdings.js';
import { excessOfUser } from './excess.js';
import { cause, refuse, validated } from './fields.js';

/**
 * Passwords that are written as Secrets, as GitOps does: a plain one becomes a hash before it is stored, by the rules for passwords. Who
 * may write one may sign in as that user, so it has to have no less than that user.
 *
 * @throws ApiError Invalid, Forbidden.
 */
export async function admitPasswordSecret(
  review: AdmissionReview,
  local: () => LocalApi,
  random: RandomBytes,
): Promise<SecretObject | undefined> {
  const { identity, namespace, name, group, resource } = review;
  if (namespace !== PASSWORD_NAMESPACE || isTrusted(identity)) return undefined;
  const missing = await excessOfUser(local(), identity, name);
  if (missing !== undefined) {
    const sentence = `the user whose password this is has more than you have: ${missing}. Ask somebody who has that`;
    throw forbidden({ group, plural: resource }, name, sentence);
  }
  const secret = validated<SecretObject>(review.object);
  if (secret === undefined || isHashed(secret)) return undefined;
  const password = new Secret(Buffer.from(secret.data?.['password'] ?? '', 'base64').toString('utf8'));
  const [user, length] = await Promise.all([
    getIfPresent(local(), users, { name }),
    getIfPresent(local(), managementSettings, { name: 'password-min-length' }),
  ]);
  const minLength = length === undefined ? 0 : Number(effectiveValue(length));
  const fault =
    user === undefined
      ? `there is no user "${name}": a password's Secret is named after its user's object`
      : passwordFault(password, { minLength, username: user.username ?? '' });
  refuse(review, 'Secret', fault === undefined ? [] : [cause('data.password', fault)]);
  const { annotations, data } = secretFields(await hashPassword(password, random));
  return {
    ...secret,
    data,
    metadata: { ...secret.metadata, annotations: { ...secret.metadata.annotations, ...annotations } },
  };
}
