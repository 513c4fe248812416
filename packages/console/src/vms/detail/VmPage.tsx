import { virtualMachines } from '@drover/api';
import { Alert, BreadcrumbItem, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { lazy, type ReactElement, type ReactNode, Suspense } from 'react';
import { useApi } from '../../app/services.js';
import { ActionMenu } from '../../components/ActionMenu.js';
import { NotHere } from '../../components/NotHere.js';
import { PageHead } from '../../components/PageHead.js';
import { StateLabel } from '../../components/StateLabel.js';
import type { MessageKey } from '../../i18n/message.js';
import { useText } from '../../i18n/text.js';
import type { Rights } from '../../rights/rights.js';
import { editOffer } from '../commands.js';
import type { Machine } from '../machine.js';
import { useMachine } from '../machines.js';
import { needsRestart } from '../state.js';
import { useVmActions } from '../useVmActions.js';
import { useVmRights } from '../useVmRights.js';
import { ConsoleTab } from './ConsoleTab.js';
import { EventsTab } from './EventsTab.js';
import { NetworkTab } from './NetworkTab.js';
import { OverviewTab } from './OverviewTab.js';
import { VM_TABS, type VmTab } from './tabs.js';
import { VolumesTab } from './VolumesTab.js';

const YamlTab = lazy(async () => ({ default: (await import('../../components/YamlTab.js')).YamlTab }));

const route = getRouteApi('/shell/c/$cluster/vms/$namespace/$name');

const NO_MACHINE: readonly Machine[] = [];

const TITLES: Readonly<Record<VmTab, MessageKey>> = {
  overview: 'vm.tab.overview',
  volumes: 'vm.tab.volumes',
  network: 'vm.tab.network',
  events: 'nav.events',
  serial: 'console.serial',
  vnc: 'console.vnc',
  yaml: 'vm.tab.yaml',
};

/** One machine: what it is, what happens to it, its consoles, and the orders it can be given. */
export function VmPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const { cluster, namespace, name } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const { machine, freshness } = useMachine(cluster, namespace, name);
  const rights = useVmRights(cluster, machine === undefined ? NO_MACHINE : [machine]);
  const { actions, dialogs } = useVmActions(
    cluster,
    rights,
    () => void navigate({ to: '/c/$cluster/vms', params: { cluster } }),
  );
  if (machine === undefined)
    return <NotHere freshness={freshness} title={name} what={text('vm.notHere', { name: `${namespace}/${name}` })} />;
  const select = (next: VmTab): void =>
    void navigate({
      to: '/c/$cluster/vms/$namespace/$name',
      params: { cluster, namespace, name },
      search: next === 'overview' ? {} : { tab: next },
    });
  return (
    <>
      <PageHead
        title={name}
        label={<StateLabel state={machine.state} />}
        description={machine.vm.metadata.annotations?.['field.cattle.io/description']}
        actions={<ActionMenu entries={actions(machine)} />}
        path={[
          <BreadcrumbItem
            key="list"
            render={({ className }) => (
              <Link to="/c/$cluster/vms" params={{ cluster }} className={className} activeOptions={{ exact: true }}>
                {text('nav.vms')}
              </Link>
            )}
          />,
          <BreadcrumbItem key="here" isActive>
            {name}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false} className="drover-notes" isFilled={false}>
        {machine.state.reason !== undefined && (
          <Alert
            isInline
            variant={machine.state.tone === 'danger' ? 'danger' : 'info'}
            title={text(machine.state.title)}
          >
            {machine.state.reason}
          </Alert>
        )}
        {needsRestart(machine.vm) && <Alert isInline variant="info" title={text('vm.restartRequired')} />}
      </PageSection>
      <PageSection hasBodyWrapper={false} isFilled className="drover-fill">
        <Tabs
          activeKey={tab}
          onSelect={(_event, key) => {
            const next = VM_TABS.find((each) => each === key);
            if (next) select(next);
          }}
          aria-label={text('vm.tabs')}
          mountOnEnter
          unmountOnExit
        >
          {VM_TABS.map((each) => (
            <Tab key={each} eventKey={each} title={<TabTitleText>{text(TITLES[each])}</TabTitleText>} />
          ))}
        </Tabs>
        <div className="drover-tab" role="tabpanel" aria-label={text(TITLES[tab])}>
          <TabBody tab={tab} cluster={cluster} machine={machine} rights={rights} />
        </div>
      </PageSection>
      {dialogs}
    </>
  );
}

function TabBody({
  tab,
  cluster,
  machine,
  rights,
}: {
  tab: VmTab;
  cluster: string;
  machine: Machine;
  rights: Rights;
}): ReactNode {
  const api = useApi(cluster);
  switch (tab) {
    case 'overview':
      return <OverviewTab cluster={cluster} machine={machine} />;
    case 'volumes':
      return <VolumesTab cluster={cluster} machine={machine} />;
    case 'network':
      return <NetworkTab machine={machine} />;
    case 'events':
      return <EventsTab cluster={cluster} machine={machine} />;
    case 'serial':
    case 'vnc':
      return <ConsoleTab cluster={cluster} machine={machine} kind={tab} rights={rights} />;
    case 'yaml':
      return (
        <Suspense fallback={null}>
          <YamlTab
            object={machine.vm}
            onSave={(vm) => api.update(virtualMachines, vm)}
            offer={editOffer(machine, rights)}
          />
        </Suspense>
      );
  }
}
