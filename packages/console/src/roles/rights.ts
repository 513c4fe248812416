import { globalRoles, roleTemplates } from '@drover/api';
import { useCallback } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import type { Offer } from '../commands/command.js';
import { need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';
import type { RoleContext } from './role.js';

/** What the reader can do with roles of a kind. */
export interface RoleOffers {
  readonly create: Offer;
  readonly change: Offer;
  readonly remove: Offer;
}

const NEEDS = [globalRoles, roleTemplates].flatMap((kind) =>
  ['create', 'update', 'delete'].map((verb) => need(verb, kind)),
);

/** What the reader can do with roles, by where these are given. */
export function useRoleOffers(): (context: RoleContext) => RoleOffers {
  const offers = useOffers(LOCAL, NEEDS);
  return useCallback(
    (context) => {
      const [create = 'hidden', change = 'hidden', remove = 'hidden'] = offers.slice(context === 'global' ? 0 : 3);
      return { create, change, remove };
    },
    [offers],
  );
}
