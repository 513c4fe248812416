import type { AccessRequest } from '@drover/api';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useServices } from '../app/services.js';
import { inEach, type Need } from './needs.js';
import type { Rights } from './rights.js';

const NONE: readonly string[] = [];

/**
 * What the signed-in user may do in a cluster, live: the needs of a page's commands, in the namespaces of what it shows. `needs` stay the
 * same value from render to render.
 */
export function useRights(cluster: string, needs: readonly Need[], namespaces: readonly string[] = NONE): Rights {
  // Names of namespaces have no spaces; the list is made anew with each event.
  const joined = [...new Set(namespaces)].sort().join(' ');
  const requests = useMemo(() => inEach(needs, joined === '' ? NONE : joined.split(' ')), [needs, joined]);
  return useWanted(cluster, requests);
}

/** The same of single requests, which may name objects. The list may be made anew in each render. */
export function useRightsTo(cluster: string, requests: readonly AccessRequest[]): Rights {
  const key = JSON.stringify(requests);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the requests are.
  const wanted = useMemo(() => requests, [key]);
  return useWanted(cluster, wanted);
}

function useWanted(cluster: string, requests: readonly AccessRequest[]): Rights {
  const { rights } = useServices();
  const store = rights.of(cluster);
  useEffect(() => store.want(requests), [store, requests]);
  return useSyncExternalStore(store.listen, store.snapshot);
}
