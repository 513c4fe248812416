import { clusterRegistrationTokens, provisioningClusters } from '@drover/api';
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

/** What can be done with clusters, as rights to ask the server's own cluster for. */
export const CLUSTER_NEEDS = [DELETE, GUIDE] as const;

/** The namespaces of the server's own cluster in which what is done with a cluster is allowed or not. */
export const namespacesOf = ({ namespace, id }: FleetCluster): readonly string[] =>
  id === undefined ? [namespace] : [namespace, id];

/** Whether the signed-in user can import a cluster. */
export const useImportOffer = (): Offer => useOfferIn(LOCAL, IMPORT, FLEET_NAMESPACE);

/** Whether the cluster can be deleted. */
export function removalOffer({ provisioning, state }: FleetCluster, rights: Rights): Offer {
  return state.id === 'removing' ? REMOVING : rights.offer([at(DELETE, provisioning.metadata)]);
}

/** Whether its registration guide can be read: it shows the cluster's token. */
export const guideOffer = ({ id }: FleetCluster, rights: Rights): Offer =>
  id === undefined ? 'yes' : rights.offer([at(GUIDE, { namespace: id, name: 'default-token' })]);

const REMOVING: Offer = { key: 'cluster.state.removing' };
