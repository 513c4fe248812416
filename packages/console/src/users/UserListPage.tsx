import { Button, EmptyState, PageSection, ToolbarGroup, ToolbarItem } from '@patternfly/react-core';
import { UsersIcon } from '@patternfly/react-icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo, useState } from 'react';
import { Age } from '../components/Age.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { useText } from '../i18n/text.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import type { Account } from './account.js';
import { useAccounts } from './accounts.js';
import { DeleteUsers } from './DeleteUsers.js';
import { DELETE_USER, useCreateUserOffer, useUserRights } from './needs.js';
import { useUserActions } from './useUserActions.js';

const route = getRouteApi('/shell/auth/users');

const COLUMNS: readonly Column<Account>[] = [
  {
    id: 'state',
    share: 14,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  {
    id: 'name',
    share: 20,
    title: 'signIn.username',
    field: ({ name }) => name,
    render: ({ id, name }) => (
      <Link to="/auth/users/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  {
    id: 'display',
    share: 19,
    title: 'column.displayName',
    field: ({ displayName }) => displayName,
    render: ({ displayName }) => displayName,
  },
  {
    id: 'roles',
    share: 22,
    title: 'column.globalRoles',
    field: ({ roles }) => roles,
    render: ({ roles }) => <span title={roles.join('\n')}>{roles.join(', ') || '–'}</span>,
  },
  {
    id: 'login',
    share: 11,
    title: 'column.lastLogin',
    field: ({ lastLogin }) => -Date.parse(lastLogin ?? '1970-01-01'),
    render: ({ lastLogin }) => <Age since={lastLogin} />,
  },
  {
    id: 'age',
    share: 9,
    title: 'column.age',
    field: ({ user }) => -Date.parse(user.metadata.creationTimestamp),
    render: ({ user }) => <Age since={user.metadata.creationTimestamp} />,
  },
];

/** The users of this server. */
export function UserListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const search = route.useSearch();
  const { accounts, freshness } = useAccounts();
  const { actions, dialogs } = useUserActions();
  const createOffer = useCreateUserOffer();
  const mayDelete = useUserRights().offer([DELETE_USER]) === 'yes';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [deleting, setDeleting] = useState<readonly Account[]>();
  const selected = useMemo(() => accounts.filter(({ key, isMe }) => chosen.has(key) && !isMe), [accounts, chosen]);
  return (
    <>
      <PageHead
        title={text('nav.users')}
        actions={
          <LinkButton offer={createOffer} variant="primary" to="/auth/users/create">
            {text('user.create')}
          </LinkButton>
        }
      />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.users')}>
        <ResourceTable
          label="nav.users"
          columns={COLUMNS}
          rows={accounts}
          freshness={freshness}
          search={search}
          onSearch={(next) => void navigate({ to: '/auth/users', search: next, replace: true })}
          defaultSort="name"
          count="user.count"
          searchHint="user.searchHint"
          actions={actions}
          nameOf={({ name }) => name}
          {...(mayDelete ? { selection: { keys: chosen, onChange: setChosen } } : {})}
          toolbar={
            selected.length > 0 && (
              <ToolbarGroup variant="action-group" aria-label={text('user.bulk')}>
                <ToolbarItem alignSelf="center">{text('bulk.selected', { count: selected.length })}</ToolbarItem>
                <ToolbarItem>
                  <Button variant="secondary" size="sm" isDanger onClick={() => setDeleting(selected)}>
                    {text('action.delete')}
                  </Button>
                </ToolbarItem>
              </ToolbarGroup>
            )
          }
          empty={<EmptyState titleText={text('user.none')} icon={UsersIcon} headingLevel="h2" />}
        />
      </PageSection>
      {dialogs}
      {deleting && (
        <DeleteUsers
          accounts={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => setChosen(new Set())}
        />
      )}
    </>
  );
}
