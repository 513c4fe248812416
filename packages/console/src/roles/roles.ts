import {
  clusterRoleTemplateBindings,
  globalRoleBindings,
  globalRoles,
  projectRoleTemplateBindings,
  roleTemplates,
} from '@drover/api';
import { useMemo } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useCollection } from '../app/services.js';
import { type Freshness, isKnown } from '../live/collection.js';
import { type Role, type RoleContext, rolesOf } from './role.js';

/** The roles of this server, live, with how often they are given as far as the reader sees that. */
export function useRoles(): { roles: readonly Role[]; freshness: Freshness } {
  const global = useCollection(globalRoles, LOCAL);
  const templates = useCollection(roleTemplates, LOCAL);
  const { items: globalBindings } = useCollection(globalRoleBindings, LOCAL);
  const { items: clusterBindings } = useCollection(clusterRoleTemplateBindings, LOCAL);
  const { items: projectBindings } = useCollection(projectRoleTemplateBindings, LOCAL);
  const roles = useMemo(
    () =>
      rolesOf({
        globalRoles: global.items,
        templates: templates.items,
        globalBindings,
        clusterBindings,
        projectBindings,
      }),
    [global.items, templates.items, globalBindings, clusterBindings, projectBindings],
  );
  return { roles, freshness: templates.freshness.state === 'live' ? global.freshness : templates.freshness };
}

/** One role, live. */
export function useRole(context: RoleContext, id: string): { role: Role | undefined; freshness: Freshness } {
  const { roles, freshness } = useRoles();
  const role = roles.find((each) => each.id === id && each.context === context);
  return { role: isKnown(freshness) ? role : undefined, freshness };
}
