import { Button, EmptyState, EmptyStateBody, Modal, ModalBody, ModalHeader, PageSection } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useCallback, useState } from 'react';
import { Age } from '../components/Age.js';
import { PageHead } from '../components/PageHead.js';
import { useText } from '../i18n/text.js';
import { MemberTabs } from '../members/MemberTabs.js';
import { RuleTable } from '../roles/RuleTable.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { type BindingRow, subjectName } from './binding-row.js';
import { useOutsideBindings } from './outside-bindings.js';

const route = getRouteApi('/shell/c/$cluster/members/outside');

const COLUMNS: readonly Column<BindingRow>[] = [
  { id: 'name', share: 22, title: 'outside.binding', field: ({ name }) => name, render: whole(({ name }) => name) },
  {
    id: 'namespace',
    share: 13,
    title: 'column.namespace',
    field: ({ namespace }) => namespace,
    render: ({ namespace }) => namespace || '–',
  },
  { id: 'who', share: 22, title: 'outside.who', field: ({ who }) => who, render: whole(({ who }) => who) },
  { id: 'role', share: 16, title: 'column.role', field: ({ role }) => role, render: whole(({ role }) => role) },
  { id: 'gives', share: 20, title: 'outside.gives', field: ({ gives }) => gives, render: whole(({ gives }) => gives) },
  {
    id: 'age',
    share: 7,
    title: 'column.age',
    field: ({ binding }) => -Date.parse(binding.created),
    render: ({ binding }) => <Age since={binding.created} />,
  },
];

function whole(text: (row: BindingRow) => string): (row: BindingRow) => ReactElement {
  return (row) => <span title={text(row)}>{text(row) || '–'}</span>;
}

/** The bindings in a cluster that neither this server nor Kubernetes made, with what they give. */
export function OutsideBindingsPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const { rows, freshness, more, isFetchingMore } = useOutsideBindings(cluster);
  const [shown, setShown] = useState<BindingRow>();
  const actions = useCallback(
    (row: BindingRow): IAction[] => [{ title: text('outside.show'), onClick: () => setShown(row) }],
    [text],
  );
  return (
    <>
      <PageHead title={text('nav.clusterMembers')} description={text('outside.intro')} />
      <MemberTabs cluster={cluster} current="outside" />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('outside.title')}>
        <ResourceTable
          label="outside.title"
          columns={COLUMNS}
          rows={rows}
          freshness={freshness}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/members/outside', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="outside.count"
          searchHint="outside.searchHint"
          nameOf={({ name }) => name}
          actions={actions}
          toolbar={
            more && (
              <Button variant="link" isInline isLoading={isFetchingMore} onClick={more}>
                {text('outside.more')}
              </Button>
            )
          }
          empty={
            <EmptyState titleText={text('outside.none')} icon={CheckCircleIcon} headingLevel="h2">
              <EmptyStateBody>{text('outside.noneHint')}</EmptyStateBody>
            </EmptyState>
          }
        />
      </PageSection>
      {shown && (
        <Modal isOpen variant="large" onClose={() => setShown(undefined)} aria-labelledby="outside-shown">
          <ModalHeader
            title={text('outside.shown', { name: shown.name })}
            description={text('outside.shownFor', { who: shown.binding.subjects.map(subjectName).join(', ') })}
            labelId="outside-shown"
          />
          <ModalBody>
            <RuleTable rules={[{ rules: shown.binding.rules }]} />
          </ModalBody>
        </Modal>
      )}
    </>
  );
}
