import type { Kind, KubeObject } from '@drover/api';
import type { Clock, RandomBytes } from '@drover/kit';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useMemo, useSyncExternalStore } from 'react';
import { ClusterApi } from '../api/cluster-api.js';
import type { Http } from '../api/http.js';
import type { Uploads } from '../images/uploads.js';
import type { Snapshot } from '../live/collection.js';
import { listVisible } from '../live/list-visible.js';
import type { LiveCollections } from '../live/registry.js';
import type { RightsStores } from '../rights/rights-store.js';
import { seesAll } from '../visibility/schemas.js';

/** What the components of one tab share. */
export interface Services {
  readonly http: Http;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly collections: LiveCollections;
  readonly rights: RightsStores;
  readonly uploads: Uploads;
}

/** Provided once, at the root. */
export const ServicesContext = createContext<Services | undefined>(undefined);

/** The tab's services. */
export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('no services are provided above this component');
  return services;
}

/** The Kubernetes API of a cluster. */
export function useApi(cluster: string): ClusterApi {
  const { http } = useServices();
  return useMemo(() => new ClusterApi(http, cluster), [http, cluster]);
}

/**
 * The objects of a kind, live. What the reader may not see is not among them. Every component that asks for the same
 * collection shares one list and one watch.
 */
export function useCollection<T extends KubeObject>(kind: Kind<T>, cluster: string, namespace?: string): Snapshot<T> {
  const { collections } = useServices();
  const api = useApi(cluster);
  const queries = useQueryClient();
  const collection = collections.get(kind, cluster, namespace, (signal) =>
    listVisible(api, kind, namespace, signal, namespace !== undefined || seesAll(queries, cluster, kind)),
  );
  const listen = useCallback(
    (listener: () => void) => collections.listen(collection, listener),
    [collections, collection],
  );
  return useSyncExternalStore(listen, collection.snapshot);
}
