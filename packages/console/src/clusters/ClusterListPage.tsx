import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from '@patternfly/react-core';
import { ClusterIcon } from '@patternfly/react-icons';
import type { IAction } from '@patternfly/react-table';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo, useState } from 'react';
import { LOCAL } from '../api/cluster-api.js';
import { refusal } from '../commands/useCommands.js';
import { Age } from '../components/Age.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { useText } from '../i18n/text.js';
import { useRightsTo } from '../rights/useRights.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { DeleteCluster } from './DeleteCluster.js';
import { useFleet } from './fleet.js';
import { clusterRequests, guideOffer, removalOffer, useImportOffer } from './needs.js';
import { type FleetCluster, harvesterVersion, kubernetesVersion } from './state.js';

const route = getRouteApi('/shell/virtualization');

const COLUMNS: readonly Column<FleetCluster>[] = [
  {
    id: 'state',
    share: 16,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  {
    id: 'name',
    share: 26,
    title: 'column.name',
    field: ({ name }) => name,
    render: ({ id, name, namespace, provisioning }) =>
      id === undefined ? (
        <Link
          to="/virtualization/$namespace/$name/registration"
          params={{ namespace, name: provisioning.metadata.name ?? '' }}
        >
          {name}
        </Link>
      ) : (
        <Link to="/c/$cluster" params={{ cluster: id }}>
          {name}
        </Link>
      ),
  },
  { id: 'harvester', share: 16, title: 'column.harvester', field: harvesterVersion, render: harvesterVersion },
  { id: 'kubernetes', share: 17, title: 'column.kubernetes', field: kubernetesVersion, render: kubernetesVersion },
  {
    id: 'hosts',
    share: 9,
    title: 'column.hosts',
    field: ({ management }) => management?.status?.nodeCount ?? 0,
    render: ({ management }) => management?.status?.nodeCount ?? '–',
  },
  {
    id: 'age',
    share: 9,
    title: 'column.age',
    field: ({ provisioning }) => -Date.parse(provisioning.metadata.creationTimestamp ?? ''),
    render: ({ provisioning }) => <Age since={provisioning.metadata.creationTimestamp} />,
  },
];

/** Virtualization Management: the Harvester clusters. */
export function ClusterListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const search = route.useSearch();
  const { clusters, freshness } = useFleet();
  const [deleting, setDeleting] = useState<FleetCluster>();
  const importOffer = useImportOffer();
  const rights = useRightsTo(LOCAL, clusters.flatMap(clusterRequests));
  const actions = useMemo(
    () =>
      (cluster: FleetCluster): IAction[] => [
        {
          title: text('cluster.open'),
          isAriaDisabled: cluster.id === undefined,
          onClick: () => void navigate({ to: '/c/$cluster', params: { cluster: cluster.id ?? '' } }),
        },
        {
          title: text('cluster.guide'),
          ...refusal(guideOffer(cluster, rights), text),
          onClick: () =>
            void navigate({
              to: '/virtualization/$namespace/$name/registration',
              params: { namespace: cluster.namespace, name: cluster.provisioning.metadata.name ?? '' },
            }),
        },
        { isSeparator: true },
        {
          title: text('action.delete'),
          isDanger: true,
          ...refusal(removalOffer(cluster, rights), text),
          onClick: () => setDeleting(cluster),
        },
      ],
    [text, navigate, rights],
  );
  return (
    <>
      <PageHead
        title={text('nav.virtualization')}
        actions={
          <LinkButton offer={importOffer} variant="primary" to="/virtualization/import">
            {text('cluster.import')}
          </LinkButton>
        }
      />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('cluster.list')}>
        <ResourceTable
          label="cluster.list"
          columns={COLUMNS}
          rows={clusters}
          freshness={freshness}
          search={search}
          onSearch={(next) => void navigate({ to: '/virtualization', search: next, replace: true })}
          defaultSort="name"
          count="cluster.count"
          actions={actions}
          nameOf={({ name }) => name}
          empty={
            <EmptyState
              titleText={text(importOffer === 'yes' ? 'cluster.none' : 'visibility.noCluster')}
              icon={ClusterIcon}
              headingLevel="h2"
            >
              <EmptyStateBody>
                {text(importOffer === 'yes' ? 'cluster.noneHint' : 'visibility.noClusterHint')}
              </EmptyStateBody>
              <EmptyStateFooter>
                <EmptyStateActions>
                  <LinkButton offer={importOffer} variant="primary" to="/virtualization/import">
                    {text('cluster.import')}
                  </LinkButton>
                </EmptyStateActions>
              </EmptyStateFooter>
            </EmptyState>
          }
        />
      </PageSection>
      {deleting && <DeleteCluster cluster={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}
