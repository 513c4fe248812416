import { resourceQuotas } from '@drover/api';
import { Button, EmptyState, Label, PageSection, ToolbarGroup, ToolbarItem } from '@patternfly/react-core';
import { FolderIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useCallback, useMemo, useState } from 'react';
import { useCollection } from '../app/services.js';
import type { Offer } from '../commands/command.js';
import { refusal } from '../commands/useCommands.js';
import { Age } from '../components/Age.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { message } from '../i18n/message.js';
import { useText } from '../i18n/text.js';
import { QuotaChips } from '../quotas/QuotaChips.js';
import { projectUse } from '../quotas/quota.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { RowMenu } from '../table/RowMenu.js';
import { DeleteNamespaces } from './DeleteNamespaces.js';
import { DeleteProject } from './DeleteProject.js';
import { MoveNamespaces } from './MoveNamespaces.js';
import { type NamespaceRow, NO_PROJECT, type ProjectRow } from './project.js';
import { useNamespaces } from './projects.js';
import { useCreateProjectOffer, useNamespaceOffers, useProjectOffers } from './rights.js';

const route = getRouteApi('/shell/c/$cluster/projects');

const COLUMNS: readonly Column<NamespaceRow>[] = [
  {
    id: 'state',
    share: 14,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  { id: 'name', share: 30, title: 'column.name', field: ({ name }) => name, render: ({ name }) => name },
  {
    id: 'description',
    share: 40,
    title: 'import.description',
    field: ({ description }) => description,
    render: ({ description }) => <span title={description}>{description || '–'}</span>,
  },
  {
    id: 'age',
    share: 10,
    title: 'column.age',
    field: ({ namespace }) => -Date.parse(namespace.metadata.creationTimestamp),
    render: ({ namespace }) => <Age since={namespace.metadata.creationTimestamp} />,
  },
];

/** The projects of a cluster with their namespaces. */
export function ProjectListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const { projects, namespaces, freshness } = useNamespaces(cluster);
  const offers = useNamespaceOffers(cluster, projects);
  const managed = useMemo(
    () => new Set([...offers].filter(([, offer]) => offer === 'yes').map(([id]) => id)),
    [offers],
  );
  const createOffer = useCreateProjectOffer(cluster);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [moving, setMoving] = useState<readonly NamespaceRow[]>();
  const [deleting, setDeleting] = useState<readonly NamespaceRow[]>();
  const selected = useMemo(
    () => namespaces.filter(({ key, project }) => chosen.has(key) && managed.has(project)),
    [namespaces, chosen, managed],
  );
  const actions = useCallback(
    (row: NamespaceRow): IAction[] => {
      const offer = offers.get(row.project) ?? 'hidden';
      const remove = offer === 'yes' && row.isSystem ? message('namespace.refused.system') : offer;
      return [
        {
          title: text('project.edit'),
          ...refusal(offer, text),
          onClick: () =>
            void navigate({
              to: '/c/$cluster/projects/namespaces/$namespace/edit',
              params: { cluster, namespace: row.name },
            }),
        },
        { title: text('namespace.move'), ...refusal(offer, text), onClick: () => setMoving([row]) },
        { isSeparator: true },
        {
          title: text('action.delete'),
          isDanger: true,
          ...refusal(remove, text),
          onClick: () => setDeleting([row]),
        },
      ];
    },
    [text, offers, navigate, cluster],
  );
  const groups = useMemo(
    () => [
      ...projects.map(({ key }) => key),
      ...(namespaces.some(({ project }) => project === NO_PROJECT) ? [NO_PROJECT] : []),
    ],
    [projects, namespaces],
  );
  const heading = (group: string): ReactElement => {
    const project = projects.find(({ key }) => key === group);
    if (project === undefined)
      return (
        <span className="drover-heading">
          <strong>{text('project.noneOf')}</strong>
          <span />
        </span>
      );
    return <ProjectHeading cluster={cluster} project={project} namespaceOffer={offers.get(group) ?? 'hidden'} />;
  };
  const done = (): void => setChosen(new Set());
  return (
    <>
      <PageHead
        title={text('nav.projects')}
        actions={
          <LinkButton offer={createOffer} variant="primary" to="/c/$cluster/projects/create" params={{ cluster }}>
            {text('project.create')}
          </LinkButton>
        }
      />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.projects')}>
        <ResourceTable
          label="nav.projects"
          columns={COLUMNS}
          rows={namespaces}
          freshness={freshness}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/projects', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="namespace.count"
          searchHint="namespace.searchHint"
          grouping={{ groups, of: ({ project }) => project, heading }}
          actions={actions}
          {...(managed.size > 0 ? { selection: { keys: chosen, onChange: setChosen } } : {})}
          toolbar={
            selected.length > 0 && (
              <ToolbarGroup variant="action-group" aria-label={text('namespace.bulk')}>
                <ToolbarItem alignSelf="center">{text('bulk.selected', { count: selected.length })}</ToolbarItem>
                <ToolbarItem>
                  <Button variant="secondary" size="sm" onClick={() => setMoving(selected)}>
                    {text('namespace.move')}
                  </Button>
                </ToolbarItem>
                <ToolbarItem>
                  <Button
                    variant="secondary"
                    size="sm"
                    isDanger
                    onClick={() => setDeleting(selected.filter(({ isSystem }) => !isSystem))}
                  >
                    {text('action.delete')}
                  </Button>
                </ToolbarItem>
              </ToolbarGroup>
            )
          }
          empty={<EmptyState titleText={text('namespace.none')} icon={FolderIcon} headingLevel="h2" />}
        />
      </PageSection>
      {moving && (
        <MoveNamespaces
          cluster={cluster}
          namespaces={moving}
          projects={projects.filter(({ key }) => managed.has(key))}
          mayLeave={managed.has(NO_PROJECT)}
          onClose={(ran) => {
            setMoving(undefined);
            if (ran) done();
          }}
        />
      )}
      {deleting && deleting.length > 0 && (
        <DeleteNamespaces
          cluster={cluster}
          namespaces={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={done}
        />
      )}
    </>
  );
}

function ProjectHeading({
  cluster,
  project,
  namespaceOffer,
}: {
  cluster: string;
  project: ProjectRow;
  /** Whether the reader can see to the namespaces in it. */
  namespaceOffer: Offer;
}): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { change, invite, remove } = useProjectOffers(cluster, project);
  const { items: quotas } = useCollection(resourceQuotas, cluster);
  const [deleting, setDeleting] = useState(false);
  const { key: id, name, description, isSystem, isRemoving } = project;
  const busy = isSystem ? message('project.refused.system') : isRemoving ? message('namespace.state.removing') : 'yes';
  const entries: IAction[] = [
    {
      title: text('project.edit'),
      ...refusal(change === 'yes' ? 'yes' : invite, text),
      onClick: () => void navigate({ to: '/c/$cluster/projects/$project/edit', params: { cluster, project: id } }),
    },
    { isSeparator: true },
    {
      title: text('action.delete'),
      isDanger: true,
      ...refusal(remove === 'yes' ? busy : remove, text),
      onClick: () => setDeleting(true),
    },
  ];
  return (
    <span className="drover-heading">
      <strong>{text('project.of', { name })}</strong>
      <span title={description}>{description}</span>
      <QuotaChips uses={projectUse(project.project, quotas)} />
      {isRemoving && (
        <Label color="orange" isCompact>
          {text('namespace.state.removing')}
        </Label>
      )}
      {!isRemoving && (
        <LinkButton
          offer={namespaceOffer}
          variant="link"
          isInline
          size="sm"
          to="/c/$cluster/projects/namespaces/create"
          params={{ cluster }}
          search={{ project: id }}
        >
          {text('namespace.create')}
        </LinkButton>
      )}
      <RowMenu label={text('table.actionsOf', { name: text('project.of', { name }) })} entries={() => entries} />
      {deleting && <DeleteProject cluster={cluster} project={project} onClose={() => setDeleting(false)} />}
    </span>
  );
}
