import { namespaces } from '@drover/api';
import { useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { isSystemNamespace } from '../cluster/namespaces.js';
import type { Offer } from '../commands/command.js';
import { at, type Need } from './needs.js';
import { useRights } from './useRights.js';

/** Whether the signed-in user can do something in at least one of the namespaces that people work in: what a button "Create" asks. */
export function useOfferInAny(cluster: string, what: Need): Offer {
  const { items } = useCollection(namespaces, cluster);
  const names = useMemo(
    () => items.map(({ metadata }) => metadata.name).filter((name) => !isSystemNamespace(name)),
    [items],
  );
  const needs = useMemo(() => [what], [what]);
  return useRights(cluster, needs, names).offerInAny(what, names);
}

/** Whether the signed-in user can do something in one namespace: what the button of a form asks. */
export function useOfferIn(cluster: string, what: Need, namespace: string): Offer {
  const needs = useMemo(() => [what], [what]);
  const names = useMemo(() => [namespace], [namespace]);
  return useRights(cluster, needs, names).offer([at(what, { namespace })]);
}
