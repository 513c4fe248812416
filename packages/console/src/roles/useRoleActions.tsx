import { globalRoles, roleTemplates } from '@drover/api';
import { Content } from '@patternfly/react-core';
import type { IAction } from '@patternfly/react-table';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, type ReactNode, useCallback, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { refusal, useCommands } from '../commands/useCommands.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { type Message, message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { deleteRoleOffer, editRoleOffer, type RoleCommand, roleCommands } from './commands.js';
import { useRoleRights } from './rights.js';
import type { Role } from './role.js';

const warning = (_command: RoleCommand, { context }: Role): Message => message(`role.confirm.${context}`);

/** What a menu of a role needs: the entries the reader has a right to, and the dialogs they open. */
export function useRoleActions(onDeleted?: () => void): { actions: (role: Role) => IAction[]; dialogs: ReactNode } {
  const text = useText();
  const navigate = useNavigate();
  const api = useApi(LOCAL);
  const rights = useRoleRights();
  const [deleting, setDeleting] = useState<Role>();
  const commands = useCommands(roleCommands, api, warning);
  const { entries } = commands;
  const actions = useCallback(
    (role: Role): IAction[] => {
      const { id, context } = role;
      const { create, change, remove } = rights(context);
      return [
        ...(change
          ? [
              {
                title: text('action.edit'),
                ...refusal(editRoleOffer(role), text),
                onClick: () => void navigate({ to: '/auth/roles/$context/$id/edit', params: { context, id } }),
              },
            ]
          : []),
        ...(create
          ? [
              {
                title: text('role.clone'),
                onClick: () =>
                  void navigate({ to: '/auth/roles/$context/create', params: { context }, search: { from: id } }),
              },
            ]
          : []),
        ...(change ? entries(role) : []),
        ...(remove
          ? [
              { isSeparator: true },
              {
                title: text('action.delete'),
                isDanger: true,
                ...refusal(deleteRoleOffer(role), text),
                onClick: () => setDeleting(role),
              },
            ]
          : []),
      ];
    },
    [text, navigate, entries, rights],
  );
  const dialogs = (
    <>
      {commands.dialogs}
      {deleting && (
        <DeleteRole
          role={deleting}
          onClose={() => setDeleting(undefined)}
          {...(onDeleted === undefined ? {} : { onDeleted })}
        />
      )}
    </>
  );
  return { actions, dialogs };
}

function DeleteRole({
  role,
  onClose,
  onDeleted,
}: {
  role: Role;
  onClose: () => void;
  onDeleted?: () => void;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const [error, setError] = useState<unknown>();
  const { id, name, context, uses } = role;
  const remove = async (): Promise<void> => {
    try {
      if (context === 'global') await api.delete(globalRoles, { name: id });
      else await api.delete(roleTemplates, { name: id });
      notify.done(message('role.deleted', { name }));
      onDeleted?.();
      onClose();
    } catch (refused) {
      setError(refused);
    }
  };
  return (
    <Confirm
      title={text('role.delete.title', { name })}
      action={text('action.delete')}
      typed={name}
      onConfirm={remove}
      onClose={onClose}
    >
      {error !== undefined && <ProblemAlert what={message('role.deleteFailed', { name })} error={error} />}
      <Content component="p">
        {uses === 0 ? text('role.delete.unused') : text('role.delete.used', { count: uses })}
      </Content>
    </Confirm>
  );
}
