import type { AccessRequest } from '@drover/api';
import { useMemo } from 'react';
import type { Offer } from '../commands/command.js';
import { useRightsTo } from './useRights.js';

/** Whether the signed-in user can do each of these things, in their order, live: what is asked of objects of several kinds and places. */
export function useOffers(cluster: string, requests: readonly AccessRequest[]): readonly Offer[] {
  const known = useRightsTo(cluster, requests);
  // The list is made anew in each render, and seldom says something else.
  const key = JSON.stringify(requests);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the requests are.
  return useMemo(() => requests.map((request) => known.offer([request])), [key, known]);
}
