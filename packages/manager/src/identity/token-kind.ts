import type { ManagementToken, Stored } from '@drover/api';

/** The label that says what a token is for. */
export const KIND_LABEL = 'authn.management.cattle.io/kind';
/** The label that says whose a token is. */
export const USER_LABEL = 'authn.management.cattle.io/token-userId';

/** Whether a token came from a sign-in, and not from somebody who made it for a program. */
export function isSession({ metadata }: Pick<Stored<ManagementToken>, 'metadata'>): boolean {
  return metadata.labels?.[KIND_LABEL] === 'session';
}
