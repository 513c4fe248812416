import { type Node, nodes } from '@drover/api';
import { EmptyState, PageSection } from '@patternfly/react-core';
import { ServerIcon } from '@patternfly/react-icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { useCollection } from '../app/services.js';
import { capacity } from '../cluster/capacity.js';
import { Age } from '../components/Age.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import type { State } from '../components/state.js';
import { size } from '../format/size.js';
import { useText } from '../i18n/text.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useIsHidden } from '../visibility/useSchemas.js';
import { hostOf } from '../vms/machine.js';
import { useMachines } from '../vms/machines.js';
import { AcceleratorText } from './AcceleratorText.js';
import { accelerator, hostAddress, hostRole, hostState } from './state.js';

const route = getRouteApi('/shell/c/$cluster/hosts');

interface HostRow {
  readonly key: string;
  readonly cluster: string;
  readonly node: Node;
  readonly name: string;
  readonly state: State;
  readonly machines: number;
  readonly use: ReturnType<typeof capacity>;
}

const COLUMNS: readonly Column<HostRow>[] = [
  {
    id: 'state',
    share: 12,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  {
    id: 'name',
    share: 16,
    title: 'column.name',
    field: ({ name }) => name,
    render: ({ name, cluster }) => (
      <Link to="/c/$cluster/hosts/$name" params={{ cluster, name }}>
        {name}
      </Link>
    ),
  },
  {
    id: 'address',
    share: 12,
    title: 'column.address',
    field: ({ node }) => hostAddress(node),
    render: ({ node }) => hostAddress(node),
  },
  {
    id: 'role',
    share: 13,
    title: 'column.role',
    isWhole: true,
    field: ({ node }) => hostRole(node),
    render: ({ node }) => <RoleText node={node} />,
  },
  {
    id: 'cpu',
    share: 10,
    title: 'column.cpu',
    field: ({ use }) => use.cpu.promised,
    render: ({ use }) => `${use.cpu.promised} / ${use.cpu.total}`,
  },
  {
    id: 'memory',
    share: 20,
    title: 'column.memory',
    isWhole: true,
    field: ({ use }) => use.memory.promised,
    render: ({ use }) => `${size(use.memory.promised)} / ${size(use.memory.total)}`,
  },
  { id: 'vms', share: 11, title: 'column.vms', field: ({ machines }) => machines, render: ({ machines }) => machines },
  {
    id: 'accelerator',
    share: 12,
    title: 'column.accelerator',
    field: ({ node }) => accelerator(node),
    render: ({ node }) => <AcceleratorText node={node} />,
  },
  {
    id: 'age',
    share: 8,
    title: 'column.age',
    field: ({ node }) => -Date.parse(node.metadata.creationTimestamp ?? ''),
    render: ({ node }) => <Age since={node.metadata.creationTimestamp} />,
  },
];

/** The hosts of a cluster. */
export function HostListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const isHidden = useIsHidden(cluster, nodes);
  const { items, freshness } = useCollection(nodes, cluster);
  const { machines } = useMachines(cluster);
  const rows = useMemo(
    () =>
      items.map((node): HostRow => {
        const name = node.metadata.name;
        const here = machines.filter((machine) => hostOf(machine) === name);
        return {
          key: name,
          cluster,
          node,
          name,
          state: hostState(node),
          machines: here.length,
          use: capacity([node], here),
        };
      }),
    [items, machines, cluster],
  );
  return (
    <>
      <PageHead title={text('nav.hosts')} />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.hosts')}>
        <ResourceTable
          label="nav.hosts"
          columns={COLUMNS}
          rows={rows}
          freshness={freshness}
          isHidden={isHidden}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/hosts', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="host.count"
          empty={<EmptyState titleText={text('host.none')} icon={ServerIcon} headingLevel="h2" />}
        />
      </PageSection>
    </>
  );
}

function RoleText({ node }: { node: Node }): ReactElement {
  const text = useText();
  return <>{text(`host.role.${hostRole(node)}`)}</>;
}
