import type { IAction } from '@patternfly/react-table';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { refusal, useCommands } from '../commands/useCommands.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { management, useMay } from '../session/may.js';
import type { Account } from './account.js';
import { deleteUserOffer, userCommands } from './commands.js';
import { DeleteUsers } from './DeleteUsers.js';
import { SetPassword } from './SetPassword.js';

const warning = () => message('user.confirm.disable');

/** What a menu of a user needs: the entries the reader has a right to, and the dialogs they open. */
export function useUserActions(onDeleted?: () => void): {
  actions: (account: Account) => IAction[];
  dialogs: ReactNode;
} {
  const text = useText();
  const navigate = useNavigate();
  const api = useApi(LOCAL);
  const mayChange = useMay(management('update', 'users'));
  const mayDelete = useMay(management('delete', 'users'));
  const [deleting, setDeleting] = useState<Account>();
  const [changing, setChanging] = useState<Account>();
  const commands = useCommands(userCommands, api, warning);
  const { entries } = commands;
  const actions = useCallback(
    (account: Account): IAction[] => [
      ...(mayChange
        ? [
            {
              title: text('action.edit'),
              onClick: () => void navigate({ to: '/auth/users/$id/edit', params: { id: account.id } }),
            },
            { title: text('user.command.password'), onClick: () => setChanging(account) },
            ...entries(account),
          ]
        : []),
      ...(mayChange && mayDelete ? [{ isSeparator: true }] : []),
      ...(mayDelete
        ? [
            {
              title: text('action.delete'),
              isDanger: true,
              ...refusal(deleteUserOffer(account), text),
              onClick: () => setDeleting(account),
            },
          ]
        : []),
    ],
    [text, navigate, entries, mayChange, mayDelete],
  );
  const dialogs = (
    <>
      {commands.dialogs}
      {changing && <SetPassword account={changing} onClose={() => setChanging(undefined)} />}
      {deleting && (
        <DeleteUsers
          accounts={[deleting]}
          onClose={() => setDeleting(undefined)}
          {...(onDeleted === undefined ? {} : { onDeleted })}
        />
      )}
    </>
  );
  return { actions, dialogs };
}
