import { keyPairs, secrets, type VirtualMachine, virtualMachineImages, virtualMachines } from '@drover/api';
import {
  ActionGroup,
  Alert,
  BreadcrumbItem,
  Button,
  Form,
  Icon,
  PageSection,
  Tab,
  Tabs,
  TabTitleIcon,
  TabTitleText,
} from '@patternfly/react-core';
import { ExclamationCircleIcon } from '@patternfly/react-icons';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { useApi, useCollection } from '../../app/services.js';
import { useNotify } from '../../components/notify.js';
import { OfferedButton } from '../../components/OfferedButton.js';
import { PageHead } from '../../components/PageHead.js';
import { ProblemAlert } from '../../components/ProblemAlert.js';
import { type MessageKey, message } from '../../i18n/message.js';
import { useText } from '../../i18n/text.js';
import { useOfferIn } from '../../rights/useOffer.js';
import { CREATE_VM } from '../commands.js';
import { AdvancedTab } from './AdvancedTab.js';
import { BasicsTab } from './BasicsTab.js';
import { CloudConfigTab } from './CloudConfigTab.js';
import { withAgent } from './cloud-config.js';
import { DisksTab } from './DisksTab.js';
import { formFaults } from './faults.js';
import { emptyForm, type VmForm } from './model.js';
import { NetworksTab } from './NetworksTab.js';
import { fromImage, imageChoices, withDisk } from './new-disk.js';
import { type CloudInit, cloudInitSecret, hasCloudInit, suffix } from './objects.js';
import { readVm } from './read.js';
import { VmYamlTab } from './VmYamlTab.js';
import { writeVm } from './write.js';

const route = getRouteApi('/shell/c/$cluster/vms/create');

const TABS = ['basics', 'volumes', 'networks', 'cloud', 'advanced', 'yaml'] as const;
type TabId = (typeof TABS)[number];

const TITLES: Readonly<Record<TabId, MessageKey>> = {
  basics: 'vm.form.basics',
  volumes: 'vm.form.volumes',
  networks: 'vm.form.networks',
  cloud: 'vm.form.cloud',
  advanced: 'vm.form.advanced',
  yaml: 'vm.tab.yaml',
};

/** The tab at which a field stands. */
function tabOf(field: string): TabId {
  if (field.startsWith('disks')) return 'volumes';
  return field.startsWith('nics') ? 'networks' : 'basics';
}

const randomSuffix = (): string => suffix((bytes) => crypto.getRandomValues(bytes));

/** Makes a virtual machine: a form and the YAML of the same object, edited in turn. */
export function CreateVmPage(): ReactElement {
  const text = useText();
  const navigate = useNavigate();
  const notify = useNotify();
  const { cluster } = route.useParams();
  const { image } = route.useSearch();
  const api = useApi(cluster);
  const images = useCollection(virtualMachineImages, cluster);
  const keys = useCollection(keyPairs, cluster);
  const [tab, setTab] = useState<TabId>('basics');
  const [form, setForm] = useState<VmForm>(() =>
    withDisk(emptyForm('default'), { kind: 'image', imageId: '', storageClassName: '' }, randomSuffix()),
  );
  /** The object that holds what the form has no field for: `undefined` until YAML was edited. */
  const [base, setBase] = useState<VirtualMachine>();
  const [cloudInit, setCloudInit] = useState<CloudInit>(() => ({ userData: withAgent('', true), networkData: '' }));
  const [secretSuffix] = useState(randomSuffix);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ what: 'vm.createFailed' | 'vm.secretFailed'; error: unknown }>();
  /** The machine that was made, while its secret is still to be. */
  const [made, setMade] = useState<VirtualMachine>();

  const sizes = useMemo(
    () => new Map([...images.rows].map(([id, { status }]) => [id, status?.virtualSize ?? 0])),
    [images.rows],
  );
  const faults = useMemo(() => formFaults(form, sizes), [form, sizes]);
  const choices = useMemo(() => imageChoices(images.items), [images.items]);
  const suggested = useRef(image);
  useEffect(() => {
    const choice = choices.find(({ id }) => id === suggested.current);
    if (choice === undefined) return;
    suggested.current = undefined;
    setForm((now) => ({ ...now, disks: now.disks.map((disk, at) => (at === 0 ? fromImage(disk, choice) : disk)) }));
  }, [choices]);
  const shownFaults = tried ? faults : [];
  const secretName = hasCloudInit(cloudInit) ? `${form.name}-${secretSuffix}` : undefined;
  const vm = useMemo(() => writeVm(form, secretName, base), [form, secretName, base]);

  const offer = useOfferIn(cluster, CREATE_VM, form.namespace);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (offer !== 'yes') return;
    setTried(true);
    const [first] = faults;
    if (first !== undefined) {
      setTab(tabOf(first.field));
      return;
    }
    setBusy(true);
    setError(undefined);
    let what: 'vm.createFailed' | 'vm.secretFailed' = 'vm.createFailed';
    try {
      const created = made ?? (await api.create(virtualMachines, vm));
      setMade(created);
      what = 'vm.secretFailed';
      if (secretName !== undefined) await api.create(secrets, cloudInitSecret(secretName, created, cloudInit));
      notify.done(message('vm.created', { name: form.name }));
      await navigate({
        to: '/c/$cluster/vms/$namespace/$name',
        params: { cluster, namespace: form.namespace, name: form.name },
      });
    } catch (refused) {
      setError({ what, error: refused });
      setBusy(false);
    }
  };

  return (
    <>
      <PageHead
        title={text('vm.create')}
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
            {text('vm.create')}
          </BreadcrumbItem>,
        ]}
      />
      <PageSection hasBodyWrapper={false} isFilled>
        <Form onSubmit={(event) => void create(event)} noValidate>
          {error && <ProblemAlert what={message(error.what, { name: form.name })} error={error.error} />}
          {shownFaults.length > 0 && (
            <Alert isInline variant="danger" title={text('form.faults', { count: shownFaults.length })} isLiveRegion />
          )}
          <Tabs
            activeKey={tab}
            onSelect={(_event, key) => {
              const next = TABS.find((each) => each === key);
              if (next) setTab(next);
            }}
            aria-label={text('vm.form.tabs')}
          >
            {TABS.map((each) => (
              <Tab
                key={each}
                eventKey={each}
                title={
                  <>
                    {shownFaults.some(({ field }) => tabOf(field) === each) && (
                      <TabTitleIcon>
                        <Icon status="danger">
                          <ExclamationCircleIcon aria-label={text('form.tabFault')} />
                        </Icon>
                      </TabTitleIcon>
                    )}
                    <TabTitleText>{text(TITLES[each])}</TabTitleText>
                  </>
                }
              />
            ))}
          </Tabs>
          <div role="tabpanel" aria-label={text(TITLES[tab])} className="drover-form">
            {tab === 'basics' && (
              <BasicsTab
                cluster={cluster}
                form={form}
                faults={shownFaults}
                keyPairs={keys.items}
                cloudInit={cloudInit}
                onChange={setForm}
                onCloudInit={setCloudInit}
              />
            )}
            {tab === 'volumes' && (
              <DisksTab
                cluster={cluster}
                form={form}
                faults={shownFaults}
                images={choices}
                newSuffix={randomSuffix}
                onChange={setForm}
              />
            )}
            {tab === 'networks' && <NetworksTab form={form} faults={shownFaults} onChange={setForm} />}
            {tab === 'cloud' && <CloudConfigTab cloudInit={cloudInit} onChange={setCloudInit} />}
            {tab === 'advanced' && <AdvancedTab form={form} onChange={setForm} />}
            {tab === 'yaml' && (
              <VmYamlTab
                vm={vm}
                onChange={(edited) => {
                  setBase(edited);
                  setForm(readVm(edited));
                }}
              />
            )}
          </div>
          <ActionGroup>
            <OfferedButton offer={offer} type="submit" variant="primary" isLoading={busy} isDisabled={busy}>
              {text(made && error ? 'vm.createFinish' : 'action.create')}
            </OfferedButton>
            <Button variant="link" onClick={() => void navigate({ to: '/c/$cluster/vms', params: { cluster } })}>
              {text('action.cancel')}
            </Button>
          </ActionGroup>
        </Form>
      </PageSection>
    </>
  );
}
