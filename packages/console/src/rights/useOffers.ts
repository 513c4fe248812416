import type { AccessRequest } from '@drover/api';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useServices } from '../app/services.js';
import type { Offer } from '../commands/command.js';

/** Whether the signed-in user can do each of these things, in their order, live: what is asked of objects of several kinds and places. */
export function useOffers(cluster: string, requests: readonly AccessRequest[]): readonly Offer[] {
  const { rights } = useServices();
  const store = rights.of(cluster);
  // The list is made anew in each render, and seldom says something else.
  const key = JSON.stringify(requests);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the requests are.
  const wanted = useMemo(() => requests, [key]);
  useEffect(() => store.want(wanted), [store, wanted]);
  const known = useSyncExternalStore(store.listen, store.snapshot);
  return useMemo(() => wanted.map((request) => known.offer([request])), [wanted, known]);
}
