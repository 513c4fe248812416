import { globalRoles, roleTemplates } from '@drover/api';
import { Content } from '@patternfly/react-core';
import type { IAction } from '@patternfly/react-table';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, type ReactNode, useCallback, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import type { Offer } from '../commands/command.js';
import { DeleteDialog } from '../commands/DeleteDialog.js';
import { refusal, useCommands } from '../commands/useCommands.js';
import { type Message, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { useRights } from '../rights/useRights.js';
import {
  deleteRoleOffer,
  editRoleOffer,
  GLOBAL_ROLE_NEEDS,
  globalRoleCommands,
  type RoleCommand,
  TEMPLATE_NEEDS,
  templateCommands,
} from './commands.js';
import { useRoleOffers } from './rights.js';
import type { Role } from './role.js';

const warning = (_command: RoleCommand, { context }: Role): Message => message(`role.confirm.${context}`);

/** What a menu of a role needs: the entries the reader has a right to, and the dialogs they open. */
export function useRoleActions(onDeleted?: () => void): { actions: (role: Role) => IAction[]; dialogs: ReactNode } {
  const text = useText();
  const navigate = useNavigate();
  const api = useApi(LOCAL);
  const offers = useRoleOffers();
  const [deleting, setDeleting] = useState<Role>();
  const ofGlobal = useCommands(globalRoleCommands, api, warning, useRights(LOCAL, GLOBAL_ROLE_NEEDS));
  const ofTemplates = useCommands(templateCommands, api, warning, useRights(LOCAL, TEMPLATE_NEEDS));
  const [globalEntries, templateEntries] = [ofGlobal.entries, ofTemplates.entries];
  const actions = useCallback(
    (role: Role): IAction[] => {
      const { id, context } = role;
      const { create, change, remove } = offers(context);
      return [
        {
          title: text('action.edit'),
          ...refusal(both(change, editRoleOffer(role)), text),
          onClick: () => void navigate({ to: '/auth/roles/$context/$id/edit', params: { context, id } }),
        },
        {
          title: text('role.clone'),
          ...refusal(create, text),
          onClick: () =>
            void navigate({ to: '/auth/roles/$context/create', params: { context }, search: { from: id } }),
        },
        ...(context === 'global' ? globalEntries : templateEntries)(role),
        { isSeparator: true },
        {
          title: text('action.delete'),
          isDanger: true,
          ...refusal(both(remove, deleteRoleOffer(role)), text),
          onClick: () => setDeleting(role),
        },
      ];
    },
    [text, navigate, globalEntries, templateEntries, offers],
  );
  const dialogs = (
    <>
      {ofGlobal.dialogs}
      {ofTemplates.dialogs}
      {deleting && <DeleteRole role={deleting} onClose={() => setDeleting(undefined)} onDeleted={onDeleted} />}
    </>
  );
  return { actions, dialogs };
}

/** A missing right comes before what is in the way of everybody. */
const both = (right: Offer, state: Offer): Offer => (right === 'yes' ? state : right);

function DeleteRole({
  role,
  onClose,
  onDeleted,
}: {
  role: Role;
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}): ReactElement {
  const text = useText();
  const api = useApi(LOCAL);
  const { id, name, context, uses } = role;
  return (
    <DeleteDialog
      targets={[role]}
      title={text('role.delete.title', { name })}
      done="role.deleted"
      failed="role.deleteFailed"
      remove={() =>
        context === 'global' ? api.delete(globalRoles, { name: id }) : api.delete(roleTemplates, { name: id })
      }
      onClose={onClose}
      onDeleted={onDeleted}
    >
      <Content component="p">
        {uses === 0 ? text('role.delete.unused') : text('role.delete.used', { count: uses })}
      </Content>
    </DeleteDialog>
  );
}
