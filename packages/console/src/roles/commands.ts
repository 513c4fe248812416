import { globalRoles, roleTemplates } from '@drover/api';
import type { ClusterApi } from '../api/cluster-api.js';
import type { Command, Offer } from '../commands/command.js';
import { message } from '../i18n/message.js';
import { type Need, need } from '../rights/needs.js';
import { isGlobal, type Role } from './role.js';

/** Something that is done to a role. */
export type RoleCommand = Command<Role, ClusterApi>;

/** Changes some fields of a role, whichever of the two kinds it is. */
function patchRole({ object, id }: Role, api: ClusterApi, patch: object): Promise<void> {
  if (isGlobal(object)) return api.mergePatch(globalRoles, { name: id }, patch);
  return api.mergePatch(roleTemplates, { name: id }, patch);
}

/** The field that says that a role is given by itself. */
const defaultField = ({ context }: Role): string =>
  ({ global: 'newUserDefault', cluster: 'clusterCreatorDefault', project: 'projectCreatorDefault' })[context];

const when =
  (wanted: (role: Role) => boolean) =>
  (role: Role): Offer =>
    wanted(role) ? 'yes' : 'hidden';

/** What an administrator decides about a role, be it built in or not. */
const commandsOf = (needs: readonly Need[]): readonly RoleCommand[] => [
  {
    id: 'make-default',
    title: 'role.command.makeDefault',
    group: 'edit',
    bulk: false,
    dangerous: true,
    offer: when(({ isDefault }) => !isDefault),
    needs,
    run: (role, api) => patchRole(role, api, { [defaultField(role)]: true }),
  },
  {
    id: 'drop-default',
    title: 'role.command.dropDefault',
    group: 'edit',
    bulk: false,
    offer: when(({ isDefault }) => isDefault),
    needs,
    run: (role, api) => patchRole(role, api, { [defaultField(role)]: false }),
  },
  {
    id: 'lock',
    title: 'role.command.lock',
    group: 'edit',
    bulk: false,
    offer: when(({ context, isLocked }) => context !== 'global' && !isLocked),
    needs,
    run: (role, api) => patchRole(role, api, { locked: true }),
  },
  {
    id: 'unlock',
    title: 'role.command.unlock',
    group: 'edit',
    bulk: false,
    offer: when(({ isLocked }) => isLocked),
    needs,
    run: (role, api) => patchRole(role, api, { locked: false }),
  },
];

/** The needs of the commands of each of the two kinds. */
export const GLOBAL_ROLE_NEEDS = [need('update', globalRoles)];
export const TEMPLATE_NEEDS = [need('update', roleTemplates)];

/** The commands of global roles. */
export const globalRoleCommands = commandsOf(GLOBAL_ROLE_NEEDS);
/** The commands of role templates. */
export const templateCommands = commandsOf(TEMPLATE_NEEDS);

/** Whether what a role gives can be changed. */
export const editRoleOffer = ({ isBuiltIn }: Role): Offer => (isBuiltIn ? message('role.refused.builtIn') : 'yes');

/** Whether a role can be deleted. */
export const deleteRoleOffer = ({ isBuiltIn, inheritedBy }: Role): Offer =>
  isBuiltIn
    ? message('role.refused.builtIn')
    : inheritedBy.length > 0
      ? message('role.refused.inherited', { names: inheritedBy.join(', ') })
      : 'yes';
