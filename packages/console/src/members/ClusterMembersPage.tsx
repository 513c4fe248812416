import { type ClusterRoleTemplateBinding, clusterRoleTemplateBindings, roleTemplates, type Stored } from '@drover/api';
import { Content, EmptyState, PageSection } from '@patternfly/react-core';
import { UsersIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useCallback, useMemo, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { useApi, useCollection } from '../app/services.js';
import { refusal } from '../commands/useCommands.js';
import { Age } from '../components/Age.js';
import { Confirm } from '../components/Confirm.js';
import { useNotify } from '../components/notify.js';
import { OfferedButton } from '../components/OfferedButton.js';
import { PageHead } from '../components/PageHead.js';
import { ProblemAlert } from '../components/ProblemAlert.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { at, need } from '../rights/needs.js';
import { useOffers } from '../rights/useOffers.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useIsHidden } from '../visibility/useSchemas.js';
import { AddMember } from './AddMember.js';
import { MemberTabs } from './MemberTabs.js';
import { clusterBinding, type MemberSubject, subjectOf } from './member.js';
import { roleTitles } from './membership.js';
import { useMemberNames } from './names.js';

const route = getRouteApi('/shell/c/$cluster/members');

interface MemberRow {
  readonly key: string;
  readonly name: string;
  readonly subject: MemberSubject;
  readonly role: string;
  readonly binding: Stored<ClusterRoleTemplateBinding>;
}

const COLUMNS: readonly Column<MemberRow>[] = [
  {
    id: 'name',
    share: 45,
    title: 'member.who',
    field: ({ name }) => name,
    render: ({ name, subject }) => <span title={subject.id}>{name}</span>,
  },
  { id: 'role', share: 40, title: 'column.role', field: ({ role }) => role, render: ({ role }) => role },
  {
    id: 'age',
    share: 12,
    title: 'member.since',
    field: ({ binding }) => -Date.parse(binding.metadata.creationTimestamp),
    render: ({ binding }) => <Age since={binding.metadata.creationTimestamp} />,
  },
];

/** Who has which role in a whole cluster. */
export function ClusterMembersPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const isHidden = useIsHidden(LOCAL, clusterRoleTemplateBindings);
  const api = useApi(LOCAL);
  const notify = useNotify();
  const { items, freshness } = useCollection(clusterRoleTemplateBindings, LOCAL, cluster);
  const { items: templates } = useCollection(roleTemplates, LOCAL);
  const subjects = useMemo(() => items.map(subjectOf), [items]);
  const names = useMemberNames(subjects);
  const rows = useMemo((): MemberRow[] => {
    const titles = roleTitles(templates);
    return items.map((binding, index) => ({
      key: binding.metadata.name,
      name: names[index] ?? '',
      subject: subjectOf(binding),
      role: titles.get(binding.roleTemplateName) ?? binding.roleTemplateName,
      binding,
    }));
  }, [items, templates, names]);
  const [addOffer = 'hidden', removeOffer = 'hidden'] = useOffers(LOCAL, [
    at(need('create', clusterRoleTemplateBindings), { namespace: cluster }),
    at(need('delete', clusterRoleTemplateBindings), { namespace: cluster }),
  ]);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<MemberRow>();
  const [error, setError] = useState<unknown>();
  const actions = useCallback(
    (row: MemberRow): IAction[] => [
      { title: text('action.remove'), isDanger: true, ...refusal(removeOffer, text), onClick: () => setRemoving(row) },
    ],
    [text, removeOffer],
  );
  const add = async (subject: MemberSubject, roles: readonly string[]): Promise<void> => {
    for (const role of roles) await api.create(clusterRoleTemplateBindings, clusterBinding(cluster, subject, role));
  };
  const close = (): void => {
    setRemoving(undefined);
    setError(undefined);
  };
  const remove = async ({ binding, name }: MemberRow): Promise<void> => {
    try {
      await api.delete(clusterRoleTemplateBindings, { namespace: cluster, name: binding.metadata.name });
      notify.done(message('member.removed', { name }));
      close();
    } catch (refused) {
      setError(refused);
    }
  };
  const button = (
    <OfferedButton offer={addOffer} variant="primary" onClick={() => setAdding(true)}>
      {text('member.action')}
    </OfferedButton>
  );
  return (
    <>
      <PageHead title={text('nav.clusterMembers')} actions={button} />
      <MemberTabs cluster={cluster} current="members" />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.clusterMembers')}>
        <ResourceTable
          label="nav.clusterMembers"
          columns={COLUMNS}
          rows={rows}
          freshness={freshness}
          isHidden={isHidden}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/members', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="member.count"
          searchHint="member.searchHint"
          nameOf={({ name }) => name}
          actions={actions}
          empty={<EmptyState titleText={text('member.noneInCluster')} icon={UsersIcon} headingLevel="h2" />}
        />
      </PageSection>
      {adding && <AddMember context="cluster" onAdd={add} onClose={() => setAdding(false)} />}
      {removing && (
        <Confirm
          title={text('member.remove.title', { name: removing.name })}
          action={text('action.remove')}
          onConfirm={() => remove(removing)}
          onClose={close}
        >
          {error !== undefined && (
            <ProblemAlert what={message('member.removeFailed', { name: removing.name })} error={error} />
          )}
          <Content component="p">{text('member.remove.what', { role: removing.role })}</Content>
        </Confirm>
      )}
    </>
  );
}
