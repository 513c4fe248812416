import { managementClusters } from '@drover/api';
import { useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';

/** The names by which people know the clusters they may see, by id, live. */
export function useClusterNames(): ReadonlyMap<string, string> {
  const { items } = useCollection(managementClusters, LOCAL);
  return useMemo(
    () => new Map(items.map(({ metadata, spec }) => [metadata.name, spec?.displayName ?? metadata.name])),
    [items],
  );
}
