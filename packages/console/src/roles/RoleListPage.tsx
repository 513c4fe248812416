import { EmptyState, Label, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { KeyIcon } from '@patternfly/react-icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { Age } from '../components/Age.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { useText } from '../i18n/text.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useRoleOffers } from './rights.js';
import { ROLE_CONTEXTS, type Role } from './role.js';
import { useRoles } from './roles.js';
import { useRoleActions } from './useRoleActions.js';

const route = getRouteApi('/shell/auth/roles');

const COLUMNS: readonly Column<Role>[] = [
  {
    id: 'name',
    share: 24,
    title: 'column.name',
    field: ({ name }) => name,
    render: ({ id, name, context }) => (
      <Link to="/auth/roles/$context/$id" params={{ context, id }}>
        {name}
      </Link>
    ),
  },
  {
    id: 'description',
    share: 34,
    title: 'import.description',
    field: ({ description }) => description,
    render: ({ description }) => <span title={description}>{description}</span>,
  },
  {
    id: 'marks',
    share: 18,
    title: 'role.marks',
    field: (role) => marksOf(role),
    render: (role) => <Marks role={role} />,
  },
  { id: 'uses', share: 11, title: 'role.uses', field: ({ uses }) => uses, render: ({ uses }) => uses },
  {
    id: 'age',
    share: 8,
    title: 'column.age',
    field: ({ object }) => -Date.parse(object.metadata.creationTimestamp),
    render: ({ object }) => <Age since={object.metadata.creationTimestamp} />,
  },
];

type Mark = 'builtIn' | 'default' | 'locked';

/** What is special about a role; searched for by these words. */
const marksOf = ({ isBuiltIn, isDefault, isLocked }: Role): Mark[] => [
  ...(isBuiltIn ? (['builtIn'] as const) : []),
  ...(isDefault ? (['default'] as const) : []),
  ...(isLocked ? (['locked'] as const) : []),
];

function Marks({ role }: { role: Role }): ReactElement {
  const text = useText();
  return (
    <span className="drover-marks">
      {marksOf(role).map((mark) => (
        <Label key={mark} isCompact color={mark === 'locked' ? 'orange' : mark === 'default' ? 'blue' : 'grey'}>
          {text(`role.mark.${mark}`)}
        </Label>
      ))}
    </span>
  );
}

/** The roles that people can be given, by where. */
export function RoleListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { tab = 'global', ...search } = route.useSearch();
  const { roles, freshness } = useRoles();
  const { actions, dialogs } = useRoleActions();
  const { create } = useRoleOffers()(tab);
  const shown = useMemo(() => roles.filter(({ context }) => context === tab), [roles, tab]);
  return (
    <>
      <PageHead
        title={text('nav.roles')}
        actions={
          <LinkButton offer={create} variant="primary" to="/auth/roles/$context/create" params={{ context: tab }}>
            {text(`role.create.${tab}`)}
          </LinkButton>
        }
      />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.roles')}>
        <Tabs
          activeKey={tab}
          onSelect={(_event, key) => {
            const next = ROLE_CONTEXTS.find((each) => each === key);
            if (next) void navigate({ to: '/auth/roles', search: { tab: next } });
          }}
          aria-label={text('role.tabs')}
        >
          {ROLE_CONTEXTS.map((each) => (
            <Tab key={each} eventKey={each} title={<TabTitleText>{text(`role.context.${each}`)}</TabTitleText>} />
          ))}
        </Tabs>
        <ResourceTable
          key={tab}
          label="nav.roles"
          columns={COLUMNS}
          rows={shown}
          freshness={freshness}
          search={search}
          onSearch={(next) => void navigate({ to: '/auth/roles', search: { ...next, tab }, replace: true })}
          defaultSort="name"
          count="role.count"
          searchHint="role.searchHint"
          actions={actions}
          nameOf={({ name }) => name}
          empty={<EmptyState titleText={text('role.none')} icon={KeyIcon} headingLevel="h2" />}
        />
      </PageSection>
      {dialogs}
    </>
  );
}
