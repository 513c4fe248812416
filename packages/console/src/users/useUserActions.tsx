import type { IAction } from '@patternfly/react-table';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { refusal, useCommands } from '../commands/useCommands.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Account } from './account.js';
import { deleteUserOffer, userCommands } from './commands.js';
import { DeleteUsers } from './DeleteUsers.js';
import { CHANGE_USER, DELETE_USER, useUserRights } from './needs.js';
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
  const rights = useUserRights();
  const [deleting, setDeleting] = useState<Account>();
  const [changing, setChanging] = useState<Account>();
  const commands = useCommands(userCommands, api, warning, rights);
  const { entries } = commands;
  const actions = useCallback(
    (account: Account): IAction[] => {
      const change = refusal(rights.offer([CHANGE_USER]), text);
      const remove = rights.offer([DELETE_USER]);
      return [
        {
          title: text('action.edit'),
          ...change,
          onClick: () => void navigate({ to: '/auth/users/$id/edit', params: { id: account.id } }),
        },
        { title: text('user.command.password'), ...change, onClick: () => setChanging(account) },
        ...entries(account),
        { isSeparator: true },
        {
          title: text('action.delete'),
          isDanger: true,
          ...refusal(remove === 'yes' ? deleteUserOffer(account) : remove, text),
          onClick: () => setDeleting(account),
        },
      ];
    },
    [text, navigate, entries, rights],
  );
  const dialogs = (
    <>
      {commands.dialogs}
      {changing && <SetPassword account={changing} onClose={() => setChanging(undefined)} />}
      {deleting && <DeleteUsers accounts={[deleting]} onClose={() => setDeleting(undefined)} onDeleted={onDeleted} />}
    </>
  );
  return { actions, dialogs };
}
