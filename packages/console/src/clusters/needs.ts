import { type AccessRequest, clusterRegistrationTokens, provisioningClusters } from '@drover/api';
import { LOCAL } from '../api/cluster-api.js';
import type { Offer } from '../commands/command.js';
import { at, need } from '../rights/needs.js';
import type { Rights } from '../rights/rights.js';
import { useOfferIn } from '../rights/useOffer.js';
import { FLEET_NAMESPACE } from './import-form.js';
import type { FleetCluster } from './state.js';

const IMPORT = need('create', provisioningClusters);
const DELETE = need('delete', provisioningClusters);
const GUIDE = need('get', clusterRegistrationTokens);

/** What can be done with a cluster, as requests to the server's own. */
export const clusterRequests = ({ provisioning, id }: FleetCluster): readonly AccessRequest[] => [
  at(DELETE, provisioning.metadata),
  ...(id === undefined ? [] : [guideRequest(id)]),
];

const guideRequest = (id: string): AccessRequest => at(GUIDE, { namespace: id, name: 'default-token' });

/** Whether the signed-in user can import a cluster. */
export const useImportOffer = (): Offer => useOfferIn(LOCAL, IMPORT, FLEET_NAMESPACE);

/** Whether the cluster can be deleted. */
export function removalOffer({ provisioning, state }: FleetCluster, rights: Rights): Offer {
  return state.id === 'removing' ? REMOVING : rights.offer([at(DELETE, provisioning.metadata)]);
}

/** Whether its registration guide can be read: it shows the cluster's token. */
export const guideOffer = ({ id }: FleetCluster, rights: Rights): Offer =>
  id === undefined ? 'yes' : rights.offer([guideRequest(id)]);

const REMOVING: Offer = { key: 'cluster.state.removing' };
