import { users } from '@drover/api';
import { Content } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi } from '../app/services.js';
import { DeleteDialog } from '../commands/DeleteDialog.js';
import { useText } from '../i18n/text.js';
import type { Account } from './account.js';

/** Says what goes with users, and deletes them. */
export function DeleteUsers({
  accounts,
  onClose,
  onDeleted,
}: {
  accounts: readonly Account[];
  onClose: () => void;
  onDeleted?: (() => void) | undefined;
}): ReactElement {
  const text = useText();
  const api = useApi(LOCAL);
  const [first] = accounts;
  return (
    <DeleteDialog
      targets={accounts}
      title={
        accounts.length === 1 && first
          ? text('user.delete.title', { name: first.name })
          : text('user.delete.titleMany', { count: accounts.length })
      }
      done="user.deleted"
      failed="user.deleteFailed"
      remove={({ id }) => api.delete(users, { name: id })}
      onClose={onClose}
      onDeleted={onDeleted}
    >
      <Content component="p">{text('user.delete.what')}</Content>
      <Content component="ul">
        <li>{text('user.delete.sessions')}</li>
        <li>{text('user.delete.roles')}</li>
        <li>{text('user.delete.stays')}</li>
      </Content>
    </DeleteDialog>
  );
}
