import { globalRoleBindings, globalRoles, users } from '@drover/api';
import { useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { type Freshness, isKnown } from '../live/collection.js';
import { useUser } from '../session/SessionGate.js';
import { type Account, accountsOf } from './account.js';

/** The users of this server with their global roles, live. */
export function useAccounts(): { accounts: readonly Account[]; freshness: Freshness } {
  const me = useUser();
  const people = useCollection(users, LOCAL);
  const bindings = useCollection(globalRoleBindings, LOCAL);
  const roles = useCollection(globalRoles, LOCAL);
  const accounts = useMemo(
    () => accountsOf(people.items, bindings.items, roles.items, me.id),
    [people.items, bindings.items, roles.items, me.id],
  );
  const freshness = [people.freshness, bindings.freshness].find(({ state }) => state !== 'live') ?? roles.freshness;
  return { accounts, freshness };
}

/** One user, live. */
export function useAccount(id: string): { account: Account | undefined; freshness: Freshness } {
  const { accounts, freshness } = useAccounts();
  // Before its roles are known it would seem to have none.
  return { account: isKnown(freshness) ? accounts.find((each) => each.id === id) : undefined, freshness };
}
