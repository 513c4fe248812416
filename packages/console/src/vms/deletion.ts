/** Harvester's list of the claims that go with a machine, comma separated. */
const REMOVED_CLAIMS = 'harvesterhci.io/removedPersistentVolumeClaims';

/**
 * The merge patch to send before a machine is deleted, so that the cluster removes these claims with it; `undefined` when
 * every disk stays. The cluster does it: a second request could be lost with the browser's tab.
 */
export const removalPatch = (claims: readonly string[]): object | undefined =>
  claims.length === 0 ? undefined : { metadata: { annotations: { [REMOVED_CLAIMS]: claims.join(',') } } };
