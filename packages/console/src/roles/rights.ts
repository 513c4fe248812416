import { useCallback } from 'react';
import { management, useMayEach } from '../session/may.js';
import type { RoleContext } from './role.js';

/** What the reader may do with roles of a kind. */
export interface RoleRights {
  readonly create: boolean;
  readonly change: boolean;
  readonly remove: boolean;
}

const WISHES = ['globalroles', 'roletemplates'].flatMap((resource) =>
  ['create', 'update', 'delete'].map((verb) => management(verb, resource)),
);

/** The reader's rights, by where a role is given. */
export function useRoleRights(): (context: RoleContext) => RoleRights {
  const answers = useMayEach(WISHES);
  return useCallback(
    (context) => {
      const [create = false, change = false, remove = false] = answers.slice(context === 'global' ? 0 : 3);
      return { create, change, remove };
    },
    [answers],
  );
}
