import { virtualMachines } from '@drover/api';
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, PageSection } from '@patternfly/react-core';
import { VirtualMachineIcon } from '@patternfly/react-icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useMemo, useState } from 'react';
import { useFleetCluster } from '../clusters/fleet.js';
import { Age } from '../components/Age.js';
import { LinkButton } from '../components/LinkButton.js';
import { PageHead } from '../components/PageHead.js';
import { StateLabel } from '../components/StateLabel.js';
import { size } from '../format/size.js';
import { useText } from '../i18n/text.js';
import { CREATE_IMAGE } from '../images/needs.js';
import { useOfferInAny } from '../rights/useOffer.js';
import type { Column } from '../table/column.js';
import { ResourceTable } from '../table/ResourceTable.js';
import { useIsHidden } from '../visibility/useSchemas.js';
import { BulkBar } from './BulkBar.js';
import { CREATE_VM } from './commands.js';
import { addresses, hostOf, type Machine, memoryBytes, processors } from './machine.js';
import { useMachines } from './machines.js';
import { useVmActions } from './useVmActions.js';
import { useVmRights } from './useVmRights.js';

const route = getRouteApi('/shell/c/$cluster/vms');

const columnsOf = (cluster: string): readonly Column<Machine>[] => [
  {
    id: 'state',
    share: 13,
    title: 'column.state',
    isWhole: true,
    field: ({ state }) => state.id,
    render: ({ state }) => <StateLabel state={state} />,
  },
  {
    id: 'name',
    share: 19,
    title: 'column.name',
    field: ({ name }) => name,
    render: ({ name, namespace }) => (
      <Link to="/c/$cluster/vms/$namespace/$name" params={{ cluster, namespace, name }}>
        {name}
      </Link>
    ),
  },
  {
    id: 'namespace',
    share: 12,
    title: 'column.namespace',
    field: ({ namespace }) => namespace,
    render: ({ namespace }) => namespace,
  },
  { id: 'cpu', share: 7.5, title: 'column.cpu', field: processors, render: processors },
  {
    id: 'memory',
    share: 10.5,
    title: 'column.memory',
    field: memoryBytes,
    render: (machine) => {
      const bytes = memoryBytes(machine);
      return bytes === undefined ? '–' : size(bytes);
    },
  },
  {
    id: 'ip',
    share: 14,
    title: 'column.ip',
    field: addresses,
    render: (machine) => <span title={addresses(machine).join('\n')}>{addresses(machine)[0] ?? '–'}</span>,
  },
  { id: 'node', share: 10, title: 'column.node', field: hostOf, render: (machine) => hostOf(machine) || '–' },
  {
    id: 'age',
    share: 9,
    title: 'column.age',
    field: ({ vm }) => -Date.parse(vm.metadata.creationTimestamp ?? ''),
    render: ({ vm }) => <Age since={vm.metadata.creationTimestamp} />,
  },
];

/** The virtual machines of a cluster. */
export function VmListPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster } = route.useParams();
  const search = route.useSearch();
  const isHidden = useIsHidden(cluster, virtualMachines);
  const { machines, freshness } = useMachines(cluster);
  const fleet = useFleetCluster(cluster);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const rights = useVmRights(cluster, machines);
  const offer = useOfferInAny(cluster, CREATE_VM);
  const imageOffer = useOfferInAny(cluster, CREATE_IMAGE);
  const { actions, dialogs } = useVmActions(cluster, rights);
  const columns = useMemo(() => columnsOf(cluster), [cluster]);
  const selected = useMemo(
    () => (chosen.size === 0 ? [] : machines.filter(({ key }) => chosen.has(key))),
    [machines, chosen],
  );
  const create = (
    <LinkButton offer={offer} variant="primary" to="/c/$cluster/vms/create" params={{ cluster }}>
      {text('vm.create')}
    </LinkButton>
  );
  return (
    <>
      <PageHead title={text('nav.vms')} actions={create} />
      <PageSection isFilled hasBodyWrapper={false} className="drover-fill" aria-label={text('nav.vms')}>
        <ResourceTable
          label="nav.vms"
          columns={columns}
          rows={machines}
          freshness={freshness}
          isHidden={isHidden}
          search={search}
          onSearch={(next) =>
            void navigate({ to: '/c/$cluster/vms', params: { cluster }, search: next, replace: true })
          }
          defaultSort="name"
          count="vm.count"
          searchHint="vm.searchHint"
          actions={actions}
          nameOf={({ name }) => name}
          selection={{ keys: chosen, onChange: setChosen }}
          toolbar={
            <BulkBar cluster={cluster} machines={selected} rights={rights} onDone={() => setChosen(new Set())} />
          }
          isFaded={fleet?.state.id === 'disconnected'}
          empty={
            <EmptyState titleText={text('vm.none')} icon={VirtualMachineIcon} headingLevel="h2">
              {offer === 'yes' && (
                <>
                  <EmptyStateBody>{text('vm.noneHint')}</EmptyStateBody>
                  <EmptyStateFooter>
                    <EmptyStateActions>
                      {create}
                      <LinkButton offer={imageOffer} variant="link" to="/c/$cluster/images/create" params={{ cluster }}>
                        {text('image.create')}
                      </LinkButton>
                    </EmptyStateActions>
                  </EmptyStateFooter>
                </>
              )}
            </EmptyState>
          }
        />
      </PageSection>
      {dialogs}
    </>
  );
}
