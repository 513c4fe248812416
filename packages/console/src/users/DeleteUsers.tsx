import { users } from '@drover/api';
import { Content, List, ListItem } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { type Outcome, runEach } from '../commands/command.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import type { Account } from './account.js';

/** Says what goes with users, asks for the name (of several, for a word), and deletes them. */
export function DeleteUsers({
  accounts,
  onClose,
  onDeleted,
}: {
  accounts: readonly Account[];
  onClose: () => void;
  onDeleted?: () => void;
}): ReactElement {
  const text = useText();
  const notify = useNotify();
  const api = useApi(LOCAL);
  const [failed, setFailed] = useState<readonly Outcome<Account>[]>([]);
  const [first] = accounts;
  const only = accounts.length === 1 ? first : undefined;
  const remove = async (): Promise<void> => {
    const failures: Outcome<Account>[] = [];
    await runEach(
      accounts,
      ({ id }) => api.delete(users, { name: id }),
      (outcome) => {
        if (outcome.error === undefined) notify.done(message('user.deleted', { name: outcome.target.name }));
        else failures.push(outcome);
      },
    );
    setFailed(failures);
    if (failures.length > 0) return;
    onDeleted?.();
    onClose();
  };
  return (
    <Confirm
      title={
        only
          ? text('user.delete.title', { name: only.name })
          : text('user.delete.titleMany', { count: accounts.length })
      }
      action={text('action.delete')}
      typed={only?.name ?? text('user.delete.typed')}
      onConfirm={remove}
      onClose={onClose}
    >
      {failed.map(({ target, error }) => (
        <ProblemAlert key={target.key} what={message('user.deleteFailed', { name: target.name })} error={error} />
      ))}
      {only === undefined && (
        <List isPlain className="drover-names">
          {accounts.map(({ key, name }) => (
            <ListItem key={key}>{name}</ListItem>
          ))}
        </List>
      )}
      <Content component="p">{text('user.delete.what')}</Content>
      <Content component="ul">
        <li>{text('user.delete.sessions')}</li>
        <li>{text('user.delete.roles')}</li>
        <li>{text('user.delete.stays')}</li>
      </Content>
    </Confirm>
  );
}
